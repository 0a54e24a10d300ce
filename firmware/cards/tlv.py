"""BER-TLV as cards write it (ISO/IEC 7816-4, 5.2.2; EMV Book 3, annex B), with every bound held.

It does not know what a tag means. A tag is the number of its bytes: 0x4F, 0x9F38.
"""

from ..errors import CardError

# Nobody reads more of one card: a record has up to 256 bytes, a certificate chain a few thousand.
MAX_BYTES = 8192
MAX_OBJECTS = 512
MAX_DEPTH = 8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def tag(content: bytes, offset: int) -> "tuple[int, int]":
    """Return the tag at an offset and the offset behind it. Raises CardError unless it has 1 to 3 bytes."""
    end = offset + 1
    if end > len(content):
        raise CardError("a data object of the card ends within its tag, at byte %d" % offset)
    if content[offset] & 0x1F == 0x1F:
        while True:
            if end >= len(content) or end - offset == 3:
                raise CardError("a data object of the card has no whole tag of 1 to 3 bytes at %d" % offset)
            end += 1
            if not content[end - 1] & 0x80:
                break
    return int.from_bytes(content[offset:end], "big"), end


def length(content: bytes, offset: int) -> "tuple[int, int]":
    """Return the length at an offset and the offset behind it. Raises CardError for an open or a huge one."""
    first = content[offset] if offset < len(content) else 0x80
    if first < 0x80:
        return first, offset + 1
    end = offset + 1 + (first & 0x7F)
    if not 0x81 <= first <= 0x82 or end > len(content):
        raise CardError("a data object of the card has no length of 1 to 3 bytes at byte %d" % offset)
    return int.from_bytes(content[offset + 1 : end], "big"), end


def objects(content: bytes) -> "Iterator[tuple[int, bytes]]":
    """Yield (tag, value) in the order of the card; zeros between objects are none (EMV Book 3, annex B.1)."""
    if len(content) > MAX_BYTES:
        raise CardError("a card gave %d bytes at once; at most %d are read" % (len(content), MAX_BYTES))
    offset, count = 0, 0
    while offset < len(content):
        if content[offset] == 0:
            offset += 1
            continue
        name, offset = tag(content, offset)
        size, offset = length(content, offset)
        if size > len(content) - offset:
            told = (name, size, len(content) - offset)
            raise CardError("tag %X of the card claims %d bytes where %d are left" % told)
        count += 1
        if count > MAX_OBJECTS:
            raise CardError("a card gave more than %d data objects at once" % MAX_OBJECTS)
        yield name, content[offset : offset + size]
        offset += size


def is_constructed(name: int) -> bool:
    """Return whether the value of a tag holds data objects."""
    while name > 0xFF:
        name >>= 8
    return bool(name & 0x20)


def flat(content: bytes) -> "list[tuple[int, bytes]]":
    """Return all objects, those within others right behind them. Raises CardError, also for a deep nest."""
    found: "list[tuple[int, bytes]]" = []
    # What is still to be taken apart, innermost last; recursion would cost a small board its stack.
    waiting = [objects(content)]
    while waiting:
        for name, value in waiting[-1]:
            found.append((name, value))
            if len(found) > MAX_OBJECTS:
                raise CardError("a card gave more than %d data objects at once" % MAX_OBJECTS)
            if is_constructed(name):
                if len(waiting) == MAX_DEPTH:
                    raise CardError("the card's data objects lie more than %d deep" % MAX_DEPTH)
                waiting.append(objects(value))
                break
        else:
            waiting.pop()
    return found


def find(content: bytes, *path: int) -> "bytes | None":
    """Return the value of the first object on a path of tags, or None. Raises CardError for no TLV."""
    value: "bytes | None" = content
    for wanted in path:
        inner, value = value or b"", None
        for name, found in objects(inner):
            if name == wanted and value is None:
                value = found
        if value is None:
            return None
    return value


def without(content: bytes, unwanted: int) -> bytes:
    """Return the objects byte for byte as the card wrote them, but for those of a tag. Raises CardError."""
    kept, offset = b"", 0
    while offset < len(content):
        name, begin = tag(content, offset)
        size, begin = length(content, begin)
        if name != unwanted:
            kept += content[offset : begin + size]
        offset = begin + size
    return kept


def encode(name: int, value: bytes) -> bytes:
    """Return a data object with the shortest length. Raises CardError for a value of more than 64 KB."""
    size = len(value)
    if size > 0xFFFF:
        raise CardError("a data object of %d bytes is longer than any card takes" % size)
    if size < 0x80:
        head = bytes((size,))
    else:
        head = bytes((0x81, size)) if size < 0x100 else bytes((0x82, size >> 8, size & 0xFF))
    tag_bytes = 1 if name < 0x100 else 2 if name < 0x10000 else 3
    return name.to_bytes(tag_bytes, "big") + head + value
