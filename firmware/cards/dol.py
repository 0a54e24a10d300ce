"""Data object lists: what a card wants to be told, in its order (EMV Book 3, 5.4).

It does not know where the values come from.
"""

from ..errors import CardError
from . import tlv

# A short APDU carries 255 bytes; 3 of them frame the list as the template 83.
MAX_BYTES = 252

# What is filled with zeros before it, or cut before it, for it is a number (format n).
NUMERIC = (0x9F02, 0x9F03, 0x9A, 0x9C, 0x5F2A, 0x5F36, 0x9F01, 0x9F15, 0x9F1A, 0x9F21, 0x9F35, 0x9F41)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Wishes = list[tuple[int, int]]


def parse(content: bytes) -> "Wishes":
    """Return (tag, length) in the card's order, repeated ones too. Raises CardError for a broken list."""
    wishes = []
    offset, total = 0, 0
    while offset < len(content):
        name, offset = tlv.tag(content, offset)
        if offset >= len(content):
            raise CardError("a list of wanted data ends after tag %X, without its length" % name)
        size = content[offset]
        offset += 1
        total += size
        if total > MAX_BYTES:
            raise CardError("a card wants more than %d bytes of data at once" % MAX_BYTES)
        wishes.append((name, size))
    return wishes


def fill(wishes: "Wishes", values: "dict[int, bytes]") -> bytes:
    """Return the values in the order of the wishes; zeros for what nobody has and for templates."""
    told = b""
    for name, size in wishes:
        value = b"" if tlv.is_constructed(name) else values.get(name, b"")
        if name in NUMERIC:
            told += (bytes(max(0, size - len(value))) + value)[-size:] if size else b""
        else:
            told += value[:size] + bytes(max(0, size - len(value)))
    return told
