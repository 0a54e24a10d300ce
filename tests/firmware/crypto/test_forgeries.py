"""Shows each known forgery of a JWS to whoever reads one, and that it is refused before anything is believed.

The list is that of RFC 8725, 2 (attacks on JSON Web Tokens), with what is special to this form.
"""

import hashlib

from firmware.crypto import canonical, der, jose, p256
from firmware.errors import CryptoError
from tests.portable import raises

PRIVATE = (7).to_bytes(32, "big")
PUBLIC = p256.public_key(PRIVATE)
ATTACKER = (8).to_bytes(32, "big")
KID = jose.thumbprint(PUBLIC)
TYP = "record+jws"
HEADER = {"alg": "ES256", "kid": KID, "typ": TYP}
PAYLOAD = b'{"seq":1}'


def forged(header, payload=PAYLOAD, private=ATTACKER):
    """Sign with whatever header bytes the attacker likes; the signature itself is a good one."""
    signing_input = (jose.b64url(header) + "." + jose.b64url(payload)).encode()
    return jose.compact(signing_input, p256.sign(private, hashlib.sha256(signing_input).digest()))


def refused(compact):
    return str(raises(CryptoError, jose.split, compact, TYP))


def test_the_honest_one_is_taken():
    payload, signing_input, signature = jose.split(forged(canonical.encode(HEADER), private=PRIVATE), TYP)
    assert payload == PAYLOAD
    assert p256.verify(PUBLIC, hashlib.sha256(signing_input).digest(), signature)


def test_no_signature_is_none():
    for alg in ("none", "None", "NONE", "nOnE", ""):
        header = dict(HEADER)
        header["alg"] = alg
        text = canonical.encode(header)
        refused(jose.b64url(text) + "." + jose.b64url(PAYLOAD) + ".")
        refused(forged(text))
    # A signature of nothing under an honest header.
    refused(jose.b64url(canonical.encode(HEADER)) + "." + jose.b64url(PAYLOAD) + ".")


def test_no_other_algorithm_is_taken_from_the_header():
    # HS256 under the public key's bytes is the classic: the verifier's key is no secret.
    for alg in (
        "HS256",
        "ES384",
        "ES512",
        "ES256K",
        "RS256",
        "PS256",
        "EdDSA",
        "ES256 ",
        "es256",
        ["ES256"],
        None,
    ):
        header = dict(HEADER)
        header["alg"] = alg
        refused(forged(canonical.encode(header)))


def test_no_key_comes_with_the_header():
    for name, member in (
        ("jwk", jose.jwk(p256.public_key(ATTACKER))),
        ("jku", "https://evil.example/keys.json"),
        ("x5u", "https://evil.example/chain.pem"),
        ("x5c", ["MIIB"]),
        ("x5t", "AAAA"),
        ("x5t#S256", "AAAA"),
    ):
        header = dict(HEADER)
        header[name] = member
        refused(forged(canonical.encode(header)))


def test_no_extension_is_understood():
    for name, member in (
        ("crit", ["exp"]),
        ("crit", []),
        ("b64", False),
        ("zip", "DEF"),
        ("cty", "JWT"),
        ("nonce", "A"),
        ("exp", 1),
    ):
        header = dict(HEADER)
        header[name] = member
        refused(forged(canonical.encode(header)))


def test_a_record_does_not_pass_for_another_document_of_the_same_key():
    for typ in ("orders+jws", "JWT", "record+jws ", "RECORD+JWS", "application/record+jws", "", None, 1):
        header = dict(HEADER)
        header["typ"] = typ
        refused(forged(canonical.encode(header)))


def test_a_member_that_stands_twice_is_refused_wherever_it_stands():
    honest = canonical.encode(HEADER)
    for header in (
        b'{"alg":"none",' + honest[1:],
        honest[:-1] + b',"alg":"none"}',
        honest[:-1] + b',"typ":"record+jws"}',
        b'{"alg":"ES256","kid":"a","kid":"' + KID.encode() + b'","typ":"record+jws"}',
        b'{"alg":"ES256","kid":"a\\",\\"kid":"x","typ":"record+jws"}',
        b'{"alg":"ES256","\\u0061lg":"none","kid":"x","typ":"record+jws"}',
    ):
        refused(forged(header))
    for payload in (b'{"seq":1,"seq":2}', b'{"a":{"b":1,"b":1}}', b'[{"a":1,"\\u0061":1}]'):
        raises(CryptoError, canonical.decode, payload)


def test_a_header_in_other_words_is_refused():
    honest = canonical.encode(HEADER)
    for header in (
        b"",
        b"{}",
        b"null",
        b"[" + honest + b"]",
        honest + b" ",
        b" " + honest,
        honest + b"\0",
        honest + honest,
        b"\xef\xbb\xbf" + honest,
        honest.replace(b":", b": "),
        honest.replace(b"alg", b"\\u0061lg"),
        honest[:-1],
        b"\xff" + honest[1:],
        b"{" * 500,
        honest.replace(KID.encode(), b""),
        honest.replace(KID.encode(), b"x" * 65),
        honest.replace(KID.encode(), KID.encode() + b"\\u0041"),
    ):
        refused(forged(header))


def test_whatever_stands_for_a_header_names_a_key_or_none():
    honest = canonical.encode(HEADER)
    assert jose.kid(forged(honest)) == KID
    for header in (b"", b"{}", b'"' * 6, honest.replace(KID.encode(), b"\x88" * 43), b"\xff" * 200):
        error = raises(CryptoError, jose.kid, forged(header))
        assert "names no key" in str(error)
    for text in ("", ".", "A.B.C", "no dot at all", "\u20ac.A.A", b"\xff.A.A"):
        raises(CryptoError, jose.kid, text)


def test_bytes_around_the_document_are_refused():
    honest = forged(canonical.encode(HEADER), private=PRIVATE)
    for compact in (
        honest + ".",
        "." + honest,
        honest + "." + honest,
        honest + "\n",
        "\n" + honest,
        honest + " ",
        honest + "\0",
        honest.replace(".", ". ", 1),
        honest.replace(".", "..", 1),
        "Bearer " + honest,
        '"' + honest + '"',
        '{"payload":"","protected":"","signature":""}',
    ):
        refused(compact)
    for payload in (b'{"a":1} ', b'{"a":1}{"a":1}', b'{"a":1}\0', b"\xef\xbb\xbf{}", b'{"a":1}//'):
        raises(CryptoError, canonical.decode, payload)


def test_every_other_base64_of_the_same_bytes_is_refused():
    header, payload, signature = forged(canonical.encode(HEADER), private=PRIVATE).split(".")
    # 64 bytes leave four unused bits in the last character: 15 more spellings to a careless reader.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    index = alphabet.index(signature[-1])
    assert index % 16 == 0
    for other in range(1, 16):
        refused(".".join((header, payload, signature[:-1] + alphabet[index + other])))
    standard = signature.replace("-", "+").replace("_", "/")
    for other in (
        signature + "==",
        signature[:40] + "\n" + signature[40:],
        signature + "\u0131",
        standard + "=",
    ):
        refused(".".join((header, payload, other)))
    for part in (payload + "=", payload[:4] + "+" + payload[5:], payload + "A"):
        refused(".".join((header, part, signature)))


def test_a_signature_of_another_size_or_form_is_refused():
    honest = forged(canonical.encode(HEADER), private=PRIVATE)
    signing_input, signature = honest.rsplit(".", 1)
    raw = jose.unb64url(signature)
    for other in (b"", raw[:63], raw + b"\0", raw[:32], raw + raw, der.signature(raw)):
        refused(signing_input + "." + jose.b64url(other))


def test_sizes_are_bounded_before_anything_is_read():
    assert "at most 16384" in refused("A" * 16385)
    assert "at most 16384" in refused("." * 100000)
    assert "parts" in refused("." * 16384)
    # However many brackets there are, reading ends at the depth that is allowed.
    assert "deeper than 32" in str(raises(CryptoError, canonical.decode, b"[" * 20000))
