"""Reads ASN.1 in DER (ITU-T X.690, 8 and 10): one spelling for each value, every length within its bounds.

It does not know what the values mean. Tags are those of one byte, which is all that certificates have.
"""

from firmware.errors import CryptoError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x06
SEQUENCE, SET = 0x30, 0x31

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Tag, content, and the element as a whole.
    Element = tuple[int, bytes, bytes]


def size(content: bytes) -> int:
    """Return how many bytes the element at the start takes by what its head says. CryptoError: no head."""
    begin, length = _head(content, 0)
    return begin + length


def elements(content: bytes) -> "list[Element]":
    """Return the elements that follow each other and fill the content. CryptoError for anything else."""
    found: "list[Element]" = []
    offset = 0
    while offset < len(content):
        begin, length = _head(content, offset)
        end = begin + length
        if end > len(content):
            raise CryptoError(
                "an element announces %d bytes where %d are left" % (length, len(content) - begin)
            )
        found.append((content[offset], content[begin:end], content[offset:end]))
        offset = end
    return found


def only(content: bytes, tag: int) -> bytes:
    """Return the content of the one element that is there, of this tag. CryptoError for anything else."""
    found = elements(content)
    if len(found) != 1 or found[0][0] != tag:
        raise CryptoError("one element of tag %02X was expected" % tag)
    return found[0][1]


def integer(content: bytes) -> int:
    """Return the number that the content of an INTEGER is. CryptoError: negative, or not the shortest."""
    if not content or content[0] & 0x80 or (len(content) > 1 and not content[0] and not content[1] & 0x80):
        raise CryptoError("an INTEGER is negative or not in its shortest form")
    return int.from_bytes(content, "big")


def boolean(content: bytes) -> bool:
    """Return what the content of a BOOLEAN says (X.690, 11.1). CryptoError for any other byte."""
    if content not in (b"\xff", b"\0"):
        raise CryptoError("a BOOLEAN is neither 00 nor FF")
    return content == b"\xff"


def bits(content: bytes) -> "tuple[bytes, int]":
    """Return the bytes of a BIT STRING and how many bits of the last are none. CryptoError: these are set."""
    unused = content[0] if content else 8
    if unused > 7 or (unused and (len(content) < 2 or content[-1] & ((1 << unused) - 1))):
        raise CryptoError("a BIT STRING has bits where it says that none are")
    return content[1:], unused


def _head(content: bytes, offset: int) -> "tuple[int, int]":
    """Return where the element at an offset begins behind its head, and its length."""
    if len(content) < offset + 2:
        raise CryptoError("an element ends within its head")
    if content[offset] & 0x1F == 0x1F:
        raise CryptoError("an element has a tag of several bytes")
    length = content[offset + 1]
    if length < 0x80:
        return offset + 2, length
    begin = offset + 2 + (length & 0x7F)
    if not 0x81 <= length <= 0x82 or begin > len(content):
        raise CryptoError("an element has no length of 1 to 3 bytes")
    length = int.from_bytes(content[offset + 2 : begin], "big")
    if length < (0x80 if begin - offset == 3 else 0x100):
        raise CryptoError("an element has a length that is not in its shortest form")
    return begin, length
