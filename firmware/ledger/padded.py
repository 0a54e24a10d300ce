"""A line with room behind it up to a sector's end, for media that damage what else lies in a sector.

It does not know the line. The room is newlines, which no reader of a ledger sees.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.ledger.line import Line

_ROOM = b"\n" * 64


class Padded:
    """Bytes or a line, and so many newlines: it has a length, and yields its pieces as often as asked."""

    def __init__(self, line: "bytes | Line", room_bytes: int) -> None:
        self._line = line
        self._room_bytes = room_bytes

    def __len__(self) -> int:
        return len(self._line) + self._room_bytes

    def __iter__(self) -> "Iterator[bytes]":
        if isinstance(self._line, bytes):
            yield self._line
        else:
            yield from self._line
        left = self._room_bytes
        while left:
            yield _ROOM[:left]
            left -= min(left, len(_ROOM))


def to_sector(line: "bytes | Line", at: int, sector_bytes: int) -> "Padded":
    """Return a line that begins at an offset with room up to the end of its last sector."""
    return Padded(line, -(at + len(line)) % sector_bytes)
