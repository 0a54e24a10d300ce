"""Says sector by sector what a disk still gives back, and puts bytes in the place of the rest.

It does not know whose they are. Loaded only where a sector went bad.
"""

import errno

# The smallest unit that a disk gives back or not.
SECTOR_BYTES = 512
# They look like lines of records that were whole once: as many numbers count as given as may have been there.
_LOST = b"-" * 255 + b"\n"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    # Returns the bytes of a blob from an offset on, as many as asked. Raises OSError.
    Read = Callable[[str, int, int], bytes]
    # Told of what is not given back: the blob's name, an offset in it, and how many bytes.
    Told = Callable[[str, int, int], Any]


def given_back(read: "Read", name: str, offset: int, end: int, told: "Told | None" = None) -> bytes:
    """Return the bytes of a blob between two offsets, sector by sector."""
    found = b""
    while offset < end:
        following = min(end, offset - offset % SECTOR_BYTES + SECTOR_BYTES)
        try:
            piece = read(name, offset, following - offset)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            begin = offset % len(_LOST)
            piece = (_LOST * 3)[begin : begin + following - offset]
            if told:
                told(name, offset, following - offset)
        found += piece
        offset = following
    return found
