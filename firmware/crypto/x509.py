"""Reads X.509 certificates of keys on brainpoolP256r1 and proves their chain to an authority (RFC 5280).

It does not know where authorities come from, and not what a name is billed for. What it does not understand
it refuses: one algorithm, one curve, no critical extension beyond the two that tell what a key may do.
"""

import hashlib

from firmware.crypto import asn1, brainpool, der, utf8
from firmware.errors import CryptoError

MAX_BYTES = 2048

# RFC 5758, 3.2; RFC 5480, 2.1.1; RFC 5639, 4.1. Each is an OBJECT IDENTIFIER as it stands in DER.
ECDSA_WITH_SHA256 = bytes.fromhex("06082a8648ce3d040302")
EC_BRAINPOOL = bytes.fromhex("06072a8648ce3d0201" + "06092b2403030208010107")
COMMON_NAME = bytes.fromhex("550403")
KEY_USAGE, BASIC_CONSTRAINTS = bytes.fromhex("551d0f"), bytes.fromhex("551d13")
# RFC 5280, 4.2.1.3: bits of the first byte.
DIGITAL_SIGNATURE, KEY_CERT_SIGN = 0x80, 0x04
VERSION_3 = bytes.fromhex("020102")
VERSION, EXTENSIONS = 0xA0, 0xA3
PRINTABLE_STRING, UTF8_STRING = 0x13, 0x0C
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
MAX_NAME = 64

# Why a certificate is refused.
MALFORMED, FORGED, UNKNOWN_ISSUER = "malformed", "forged", "unknown_issuer"
EXPIRED, NOT_YET_VALID, NOT_ALLOWED = "expired", "not_yet_valid", "not_allowed"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator


class CertificateError(CryptoError):
    """A certificate that is refused; `reason` is one of the words above."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class Certificate:
    """What a certificate says. `subject` and `issuer` are names in DER, `name` the subject's common name;
    `begins` and `ends` are moments as RFC 3339 writes them; `public` is X and Y of its key.
    """

    __slots__ = (
        "begins", "ends", "is_authority", "issuer", "most_below", "name", "public", "signature", "signed",
        "subject", "usage",
    )  # fmt: skip

    def __init__(self, content: bytes) -> None:
        """Read a certificate. Raises CryptoError, of which `parse` makes a CertificateError."""
        certificate = asn1.elements(asn1.only(content, asn1.SEQUENCE))
        if [part[0] for part in certificate] != [asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING]:
            raise CryptoError("it does not consist of what is signed, an algorithm and a signature")
        self.signed = certificate[0][2]
        signature, unused = asn1.bits(certificate[2][1])
        self.signature = der.raw_signature(signature)
        parts = asn1.elements(certificate[0][1])
        tags = [part[0] for part in parts]
        if tags[7:] not in ([], [EXTENSIONS]) or tags[:7] != [VERSION, asn1.INTEGER] + [asn1.SEQUENCE] * 5:
            raise CryptoError("what is signed has other parts than a certificate of version 3")
        if parts[0][1] != VERSION_3:
            raise CryptoError("it is not of version 3")
        if not 0 < asn1.integer(parts[1][1]) < 1 << 160:
            raise CryptoError("its number is not positive or has more than 20 bytes")
        if parts[2][1] != ECDSA_WITH_SHA256 or certificate[1][2] != parts[2][2] or unused:
            raise CryptoError("it is not signed by ECDSA with SHA-256")
        self.issuer, self.subject = parts[3][2], parts[5][2]
        _common_name(parts[3][1])
        self.name = _common_name(parts[5][1])
        self.begins, self.ends = _validity(parts[4][1])
        self.public = _public(parts[6][1])
        self.is_authority = False
        # How many further authorities may stand below it, and what its key may do; None: it does not say.
        self.most_below: "int | None" = None
        self.usage: "int | None" = None
        if len(parts) == 8:
            self._extensions(asn1.only(parts[7][1], asn1.SEQUENCE))

    def _extensions(self, content: bytes) -> None:
        seen = []
        for tag, extension, _whole in asn1.elements(content):
            parts = asn1.elements(extension)
            tags = [part[0] for part in parts]
            is_critical = tags == [asn1.OBJECT_IDENTIFIER, asn1.BOOLEAN, asn1.OCTET_STRING]
            if tag != asn1.SEQUENCE or not (
                is_critical or tags == [asn1.OBJECT_IDENTIFIER, asn1.OCTET_STRING]
            ):
                raise CryptoError("an extension has other parts than a name, a mark and a content")
            if is_critical and not asn1.boolean(parts[1][1]):
                raise CryptoError("an extension says what goes without saying, that it is not critical")
            name, told = parts[0][1], parts[-1][1]
            if name in seen:
                raise CryptoError("an extension stands there twice")
            seen.append(name)
            if name == BASIC_CONSTRAINTS:
                self._constrain(asn1.elements(asn1.only(told, asn1.SEQUENCE)))
            elif name == KEY_USAGE:
                usage, _unused = asn1.bits(asn1.only(told, asn1.BIT_STRING))
                self.usage = usage[0] if usage else 0
            elif is_critical:
                raise CryptoError("it has a critical extension that is not known here (%s)" % name.hex())

    def _constrain(self, parts: "list[asn1.Element]") -> None:
        """Take the basic constraints (RFC 5280, 4.2.1.9)."""
        tags = [part[0] for part in parts]
        if tags not in ([], [asn1.BOOLEAN], [asn1.BOOLEAN, asn1.INTEGER]):
            raise CryptoError("its basic constraints have other parts than they may")
        if parts:
            self.is_authority = asn1.boolean(parts[0][1])
            if not self.is_authority:
                raise CryptoError("its basic constraints say what goes without saying")
        if len(parts) == 2:
            self.most_below = asn1.integer(parts[1][1])


def parse(content: bytes) -> Certificate:
    """Return what a certificate says, which nobody has verified yet. Raises CertificateError (MALFORMED)."""
    try:
        if len(content) > MAX_BYTES:
            raise CryptoError("it has %d bytes; at most %d are read" % (len(content), MAX_BYTES))
        whole = asn1.size(content)
        if whole > len(content):
            raise CryptoError("it announces %d bytes and has %d" % (whole, len(content)))
        if whole < len(content):
            raise CryptoError("%d bytes follow where it ends" % (len(content) - whole))
        return Certificate(content)
    except CryptoError as error:
        raise CertificateError(MALFORMED, "the certificate cannot be read: %s" % error)


def chain_steps(
    certificate: Certificate,
    between: "list[Certificate]",
    authorities: "list[Certificate]",
    now: "str | None",
) -> "Generator[None, None, None]":
    """Prove a certificate, which signs and is no authority, by an authority, or by one that stands between.

    `now` is a moment as RFC 3339 writes it, or None: then no date is judged. A generator that yields between
    slices; raises CertificateError.
    """
    if certificate.is_authority:
        raise CertificateError(NOT_ALLOWED, "the certificate is that of an authority, not of a card")
    if certificate.usage is not None and not certificate.usage & DIGITAL_SIGNATURE:
        raise CertificateError(NOT_ALLOWED, "the certificate's key is not for signatures")
    _dated(certificate, now, "the certificate")
    below = 0
    while True:
        issuers = _named(authorities, certificate.issuer)
        # One that stands between is only asked where no authority has the name, and each once.
        is_last = bool(issuers) or below == len(between)
        if not issuers and not is_last:
            issuers = _named(between, certificate.issuer)
        if not issuers:
            raise CertificateError(UNKNOWN_ISSUER, "no issuer that is known here issued the certificate")
        issuer = yield from _issuer_steps(certificate, issuers)
        check_authority(issuer, now)
        if issuer.most_below is not None and below > issuer.most_below:
            raise CertificateError(NOT_ALLOWED, "the issuer may have no further authority below it")
        if is_last:
            return
        certificate = issuer
        below += 1


def check_authority(issuer: Certificate, now: "str | None") -> None:
    """Raise CertificateError unless a certificate is an authority's that may issue others, and in time."""
    if not issuer.is_authority:
        raise CertificateError(NOT_ALLOWED, "the issuer's certificate is not that of an authority")
    if issuer.usage is not None and not issuer.usage & KEY_CERT_SIGN:
        raise CertificateError(NOT_ALLOWED, "the issuer's key is not for certificates")
    _dated(issuer, now, "the issuer's certificate")


def _issuer_steps(
    certificate: Certificate, issuers: "list[Certificate]"
) -> "Generator[None, None, Certificate]":
    """Return that of some issuers of one name whose key signed; a name may go on with another key."""
    digest = hashlib.sha256(certificate.signed).digest()
    for issuer in issuers:
        is_signed = yield from brainpool.verify_steps(issuer.public, digest, certificate.signature)
        if is_signed:
            return issuer
    raise CertificateError(FORGED, "the issuer that the certificate names has not signed it")


def _named(certificates: "list[Certificate]", name: bytes) -> "list[Certificate]":
    # RFC 5280, 7.1 lets names be compared byte by byte; an authority writes its own alike everywhere.
    return [certificate for certificate in certificates if certificate.subject == name]


def _dated(certificate: Certificate, now: "str | None", what: str) -> None:
    if now is not None and now > certificate.ends:
        raise CertificateError(EXPIRED, "%s was valid until %s" % (what, certificate.ends))
    if now is not None and now < certificate.begins:
        raise CertificateError(NOT_YET_VALID, "%s is valid from %s" % (what, certificate.begins))


def _common_name(content: bytes) -> str:
    """Return the common name in a name (RFC 5280, 4.1.2.4), empty where it has none."""
    names = []
    for tag, group, _whole in asn1.elements(content):
        for inner, attribute, _entry in asn1.elements(group):
            parts = asn1.elements(attribute)
            if (tag, inner, len(parts)) != (asn1.SET, asn1.SEQUENCE, 2) or parts[0][
                0
            ] != asn1.OBJECT_IDENTIFIER:
                raise CryptoError("a name has other parts than kinds and texts")
            if parts[0][1] == COMMON_NAME:
                names.append(_text(parts[1]))
    if len(names) > 1:
        raise CryptoError("a name has several common names")
    return names[0] if names else ""


def _text(element: "asn1.Element") -> str:
    """Return a text of a name; one that cannot be shown is as good as none: it may be an issuer's."""
    tag, content, _whole = element
    if (
        tag not in (PRINTABLE_STRING, UTF8_STRING)
        or len(content) > MAX_NAME
        or utf8.fault(content) is not None
    ):
        return ""
    for octet in content:
        if octet < 0x20 or octet == 0x7F:
            return ""
    return content.decode()


def _validity(content: bytes) -> "tuple[str, str]":
    parts = asn1.elements(content)
    if len(parts) != 2:
        raise CryptoError("its validity has no begin and end")
    begins, ends = _moment(parts[0]), _moment(parts[1])
    if ends < begins:
        raise CryptoError("its validity ends before it begins")
    return begins, ends


def _moment(element: "asn1.Element") -> str:
    """Return a Time (RFC 5280, 4.1.2.5) as RFC 3339 writes it: up to 2049 it has two digits for the year."""
    tag, content, _whole = element
    digits = content[:-1]
    is_moment = tag in (UTC_TIME, GENERALIZED_TIME) and content[-1:] == b"Z"
    is_moment = is_moment and len(digits) == (12 if tag == UTC_TIME else 14)
    for octet in digits if is_moment else ():
        is_moment = is_moment and 0x30 <= octet <= 0x39
    text = digits.decode() if is_moment else "00000000000000"
    if tag == UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    fields = [int(text[:4])] + [int(text[at : at + 2]) for at in range(4, 14, 2)]
    year, month, day, hour, minute, second = fields
    is_moment = is_moment and (tag == UTC_TIME or year >= 2050)
    if not is_moment or not (
        1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60
    ):
        raise CryptoError("its validity has a moment that is none")
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, day, hour, minute, second)


def _public(content: bytes) -> bytes:
    """Return X and Y of a SubjectPublicKeyInfo on brainpoolP256r1, the point uncompressed (RFC 5480, 2)."""
    parts = asn1.elements(content)
    if [part[0] for part in parts] != [asn1.SEQUENCE, asn1.BIT_STRING] or parts[0][1] != EC_BRAINPOOL:
        raise CryptoError("its key is not on the curve brainpoolP256r1")
    point, unused = asn1.bits(parts[1][1])
    if unused or len(point) != 65 or point[0] != 4 or not brainpool.is_public(point[1:]):
        raise CryptoError("its key is no uncompressed point of brainpoolP256r1")
    return point[1:]
