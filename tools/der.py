"""Reads the two ASN.1 structures that meters' records come with: an ECDSA signature, and a public key.

It does not know curves. OpenSSL reads neither keys of every curve nor integers as meters write them.
"""

EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_INTEGER, _BIT_STRING, _OBJECT_IDENTIFIER, _SEQUENCE = 2, 3, 6, 0x30


class NotDer(Exception):
    """Bytes that are not the ASN.1 structure wanted, in words."""


def signature(content: bytes) -> tuple[int, int]:
    """Return r and s of a SEQUENCE of two INTEGERs. Raises NotDer.

    Integers are read as positive: meters leave out the zero byte before a first bit that is set, and put one
    where none is needed.
    """
    inner, rest = _element(content, _SEQUENCE)
    r, inner = _element(inner, _INTEGER)
    s, inner = _element(inner, _INTEGER)
    if rest or inner:
        raise NotDer("there are bytes after the end of the signature")
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def subject_public_key(content: bytes) -> tuple[str, bytes]:
    """Return (object identifier of the curve, point) of a SubjectPublicKeyInfo (RFC 5480). Raises NotDer."""
    inner, rest = _element(content, _SEQUENCE)
    algorithm, inner = _element(inner, _SEQUENCE)
    kind, parameters = _element(algorithm, _OBJECT_IDENTIFIER)
    if _identifier(kind) != EC_PUBLIC_KEY:
        raise NotDer("the key is none of an elliptic curve")
    curve, _ = _element(parameters, _OBJECT_IDENTIFIER)
    point, inner = _element(inner, _BIT_STRING)
    if rest or inner or point[:1] != b"\0":
        raise NotDer("there are bytes after the end of the key")
    return _identifier(curve), point[1:]


def _element(content: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return (the content of the element that stands first, what follows it)."""
    if len(content) < 2 or content[0] != tag:
        raise NotDer(f"ASN.1 with the tag {content[0] if content else 'of nothing'} where {tag} belongs")
    length, start = content[1], 2
    if length & 0x80:
        start += length & 0x7F
        if not 2 < start <= 6:
            raise NotDer("an ASN.1 length of an unusual form")
        length = int.from_bytes(content[2:start], "big")
    if start + length > len(content):
        raise NotDer("ASN.1 that ends early")
    return content[start : start + length], content[start + length :]


def _identifier(content: bytes) -> str:
    """Return an object identifier with its dots (X.690, 8.19)."""
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        return ""
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))
