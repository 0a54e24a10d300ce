"""Certificates of another maker, `cryptography`, held against our reader of them, and ours against it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509 as other
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.models import vde
from emulator.models.prng import Prng
from firmware.cards import issuers
from firmware.cards import vde as dialogue
from firmware.crypto import brainpool, curve, x509

NOW = "2026-03-28T16:59:00Z"
SUBJECT = "DE-KTP-C00001-K"
Change = Callable[[other.CertificateBuilder], other.CertificateBuilder]


def utc(year: int, month: int = 1) -> datetime.datetime:
    return datetime.datetime(year, month, 1, tzinfo=datetime.UTC)


class Maker:
    """An authority of `cryptography`."""

    def __init__(self, name: str, curve_of_key: Any = None, most_below: int | None = None):
        self.key = ec.generate_private_key(curve_of_key or ec.BrainpoolP256R1())
        self.name = other.Name(
            [
                other.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
                other.NameAttribute(NameOID.ORGANIZATION_NAME, "Größe & Söhne"),
                other.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        self.own = self.authority(self, most_below)

    def authority(self, above: "Maker", most_below: int | None = None, ends: int = 2050) -> other.Certificate:
        """Return its certificate by an authority above, or by itself."""
        change: Change = lambda builder: builder.add_extension(  # noqa: E731
            other.BasicConstraints(True, most_below), critical=True
        ).add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        return above.issued(self.name, self.key.public_key(), change, ends=ends)

    def issued(
        self,
        name: other.Name,
        public: Any,
        change: Change = lambda builder: builder,
        begins: int = 2024,
        ends: int = 2050,
        algorithm: Any = None,
    ) -> other.Certificate:
        builder = (
            other.CertificateBuilder()
            .issuer_name(self.name)
            .subject_name(name)
            .public_key(public)
            .serial_number(other.random_serial_number())
            .not_valid_before(utc(begins))
            .not_valid_after(utc(ends))
        )
        return change(builder).sign(self.key, algorithm or hashes.SHA256())


def usage(**set_: bool) -> other.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return other.KeyUsage(**{name: set_.get(name, False) for name in names})


def named(text: str) -> other.Name:
    return other.Name([other.NameAttribute(NameOID.COMMON_NAME, text)])


def octets(certificate: other.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


ROOT = Maker("Root")
CARD = ec.generate_private_key(ec.BrainpoolP256R1())


def leaf(change: Change = lambda builder: builder, maker: Maker = ROOT, **more: Any) -> bytes:
    return octets(maker.issued(more.pop("name", named(SUBJECT)), CARD.public_key(), change, **more))


def judged(content: bytes, *between: bytes, authorities: Any = (ROOT.own,), now: str | None = NOW) -> str:
    """Return the name in a certificate whose chain holds."""
    known = [x509.parse(octets(authority)) for authority in authorities]
    certificate = x509.parse(content)
    curve.finish(x509.chain_steps(certificate, [x509.parse(one) for one in between], known, now))
    return certificate.name


def refused(reason: str, *content: bytes, **more: Any) -> str:
    with pytest.raises(x509.CertificateError) as raised:
        judged(*content, **more)
    assert raised.value.reason == reason, str(raised.value)
    return str(raised.value)


def test_an_honest_chain_holds() -> None:
    assert judged(leaf()) == SUBJECT
    full: Change = lambda builder: (  # noqa: E731
        builder.add_extension(usage(digital_signature=True), critical=True)
        .add_extension(other.SubjectKeyIdentifier.from_public_key(CARD.public_key()), critical=False)
        .add_extension(
            other.AuthorityKeyIdentifier.from_issuer_public_key(ROOT.key.public_key()), critical=False
        )
        .add_extension(other.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(other.BasicConstraints(False, None), critical=True)
    )
    assert judged(leaf(full)) == SUBJECT
    assert judged(leaf(ends=9999)) == SUBJECT


def test_an_authority_between_is_asked_for_its_own_chain() -> None:
    between = Maker("Between")
    certificate = octets(between.authority(ROOT))
    content = leaf(maker=between)
    assert judged(content, certificate) == SUBJECT
    refused(x509.UNKNOWN_ISSUER, content)
    refused(x509.FORGED, content, octets(Maker("Between").authority(ROOT)))
    refused(x509.NOT_ALLOWED, content, octets(ROOT.issued(between.name, between.key.public_key())))
    refused(x509.EXPIRED, content, octets(between.authority(ROOT, ends=2025)))
    # One that says it is the root is not asked where the root itself has the name.
    refused(x509.FORGED, leaf(maker=Maker("Root")), octets(Maker("Root").own))


def test_an_authority_may_forbid_others_below_it() -> None:
    root, between = Maker("Strict", most_below=0), Maker("Between")
    certificate = octets(between.authority(root))
    assert judged(leaf(maker=root), authorities=[root.own]) == SUBJECT
    refused(x509.NOT_ALLOWED, leaf(maker=between), certificate, authorities=[root.own])


def test_an_authority_may_have_two_keys_under_one_name() -> None:
    assert judged(leaf(), authorities=[Maker("Root").own, ROOT.own]) == SUBJECT


def test_what_is_not_in_time_is_refused_unless_the_time_is_unknown() -> None:
    assert "2025-01-01T00:00:00Z" in refused(x509.EXPIRED, leaf(ends=2025))
    refused(x509.NOT_YET_VALID, leaf(begins=2030))
    assert judged(leaf(ends=2025), now=None) == SUBJECT
    old = Maker("Old")
    refused(x509.EXPIRED, leaf(maker=old), authorities=[old.authority(old, ends=2025)])
    assert judged(leaf(ends=2027), now="2027-01-01T00:00:00Z") == SUBJECT
    refused(x509.EXPIRED, leaf(ends=2027), now="2027-01-01T00:00:01Z")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda builder: builder.add_extension(usage(key_agreement=True), True), x509.NOT_ALLOWED),
        (lambda builder: builder.add_extension(other.BasicConstraints(True, None), True), x509.NOT_ALLOWED),
        (
            lambda builder: builder.add_extension(
                other.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True
            ),
            x509.MALFORMED,
        ),
    ],
)
def test_a_certificate_for_something_else_is_refused(change: Change, reason: str) -> None:
    refused(reason, leaf(change))


def test_other_curves_and_algorithms_are_refused() -> None:
    for key in (ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.BrainpoolP384R1())):
        content = octets(ROOT.issued(named(SUBJECT), key.public_key()))
        assert "brainpoolP256r1" in refused(x509.MALFORMED, content)
    assert "SHA-256" in refused(x509.MALFORMED, leaf(algorithm=hashes.SHA384()))


def test_names_that_could_be_two_are_refused() -> None:
    twice = other.Name([other.NameAttribute(NameOID.COMMON_NAME, text) for text in ("A", "B")])
    refused(x509.MALFORMED, leaf(name=twice))
    assert judged(leaf(name=other.Name([]))) == ""


def test_an_issuer_may_be_called_as_it_is_and_a_card_in_printable_ascii_alone() -> None:
    issuer = Maker("Stadtwerke Köln")
    assert judged(leaf(maker=issuer), authorities=[issuer.own]) == SUBJECT
    old = other.Name([other.NameAttribute(NameOID.COMMON_NAME, "Köln", _ASN1Type.BMPString)])
    issuer.name = old
    issuer.own = issuer.authority(issuer)
    assert judged(leaf(maker=issuer), authorities=[issuer.own]) == SUBJECT
    challenge = bytes(32)
    signature = CARD.sign(challenge, ec.ECDSA(hashes.SHA256()))
    known = issuers.parse(ROOT.own.public_bytes(serialization.Encoding.PEM))
    for name in (named("Ä"), other.Name([]), old):
        with pytest.raises(dialogue.NotProved, match="no common name of printable ASCII"):
            curve.finish(dialogue.proved_steps((leaf(name=name), challenge, signature), known, NOW))


def test_each_flipped_bit_and_each_cut_is_refused() -> None:
    content = leaf()
    for at in range(len(content)):
        bent = bytearray(content)
        bent[at] ^= 1 << at % 8
        with pytest.raises(x509.CertificateError):
            judged(bytes(bent))
        with pytest.raises(x509.CertificateError, match="cannot be read"):
            x509.parse(content[:at])
    refused(x509.MALFORMED, content + b"\0")
    refused(x509.MALFORMED, b"\x30\x82\x10\x00" + bytes(4096))


def test_our_certificates_are_read_by_others() -> None:
    root = other.load_der_x509_certificate(vde.authority().certificate)
    card = vde.make({"uid": "04A1B2C3D4E580", "subject": SUBJECT}, Prng(3, "card"))
    certificate = other.load_der_x509_certificate(card._content)
    certificate.verify_directly_issued_by(root)
    assert certificate.subject.rfc4514_string() == f"CN={SUBJECT}"
    assert certificate.not_valid_after_utc.year == 2099


def test_a_card_that_others_made_proves_itself() -> None:
    challenge = bytes(range(32))
    signature = CARD.sign(challenge, ec.ECDSA(hashes.SHA256()))
    pair = [number.to_bytes(32, "big") for number in utils.decode_dss_signature(signature)]
    pem = ROOT.own.public_bytes(serialization.Encoding.PEM)
    known = issuers.parse(b"# our root\n" + pem)
    # Bare, as the chip writes it, or in DER.
    for spelling in (b"".join(pair), signature):
        token = curve.finish(dialogue.proved_steps((leaf(), challenge, spelling), known, NOW))
        assert token == {"type": "EVCOID", "uid": SUBJECT, "level": "SECURE"}
    for wrong in (b"", bytes(64), signature + b"\0", b"".join(pair)[:-1], b"".join(pair[::-1])):
        with pytest.raises(dialogue.NotProved):
            curve.finish(dialogue.proved_steps((leaf(), challenge, wrong), known, NOW))


def test_signatures_agree_with_another_library() -> None:
    numbers = CARD.public_key().public_numbers()
    public = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    for number in range(40):
        digest = number.to_bytes(32, "big") if number % 2 else bytes([255 - number]) * 32
        signed = CARD.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        r, s = utils.decode_dss_signature(signed)
        for wrong in (0, 1, brainpool.N):
            for pair in ((r, s), (r, brainpool.N - s), (wrong, s), (r, wrong)):
                expected = pair in ((r, s), (r, brainpool.N - s))
                raw = b"".join(part.to_bytes(32, "big") for part in pair)
                assert brainpool.verify(public, digest, raw) is expected
