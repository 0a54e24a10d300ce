"""Keeps one document across power cuts in two slots that take turns, so that a good one is always left, and
beside them a copy of what must not be forgotten though both go bad.

It does not know what the document says.
"""

import binascii

from firmware.crypto import canonical
from firmware.errors import CryptoError

SLOTS = ("checkpoint-a", "checkpoint-b")
# Written at milestones alone: it is seldom the newest, and folding from it finds what the others knew.
MILESTONE = "checkpoint-c"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Checkpoints:
    """Blobs of `<CRC-32 in hexadecimal> <generation> <canonical JSON>`; the highest generation counts."""

    def __init__(self, storage: "Any") -> None:
        self._storage = storage
        self._generation = -1
        self._slot = 0

    def load(self) -> "Any":
        """Return the newest document that is intact, or None."""
        newest, self._generation, self._slot = None, 0, 1
        for slot, name in enumerate(SLOTS + (MILESTONE,)):
            found = read(self._storage.read(name))
            if found and found[0] > self._generation:
                self._generation, newest = found
                # Where only the copy is left, either slot may be written next.
                self._slot = slot % 2
        return newest

    def save(self, document: "Any", is_milestone: bool = False) -> None:
        """Replace the slot without the newest document, at a milestone the copy, too.

        Raises OSError, and then the newest still stands.
        """
        if self._generation < 0:
            self.load()
        slot = _Slot(self._generation + 1, document)
        self._storage.replace(SLOTS[1 - self._slot], slot)
        self._generation += 1
        self._slot = 1 - self._slot
        if is_milestone:
            self._storage.replace(MILESTONE, slot)


class _Slot:
    """What stands in a slot, in pieces: a small board has no room for all of it in one."""

    __slots__ = ("_checksum", "_pieces", "_size")

    def __init__(self, generation: int, document: "Any") -> None:
        self._checksum = self._size = 0
        self._pieces = [b"%d " % generation]
        self._pieces.extend(canonical.pieces(document))
        for piece in self._pieces:
            self._checksum = binascii.crc32(piece, self._checksum)
            self._size += len(piece)

    def __len__(self) -> int:
        return self._size + 9

    def __iter__(self) -> "Iterator[bytes]":
        return iter([b"%08x " % self._checksum] + self._pieces)


def read(content: bytes) -> "tuple[int, Any] | None":
    """Return (generation, document) of an intact slot; a damaged one counts as empty."""
    parts = content.split(b" ", 2)
    if len(parts) != 3 or parts[0] != b"%08x" % binascii.crc32(content[len(parts[0]) + 1 :]):
        return None
    try:
        return int(parts[1]), canonical.decode(parts[2])
    except (CryptoError, ValueError):
        return None
