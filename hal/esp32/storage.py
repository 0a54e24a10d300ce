"""Storage of the ESP32: a directory of LittleFS, whose flush and rename either happen or do not.

It does not know what it stores. FAT is refused: there a rename is a removal first.
"""

import errno
import os

import vfs

from firmware.errors import BoardError
from hal.common.blobs import ENOSPC, FRESH, checked_name, names_in, pieces_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hal.ports import Pieces

# LittleFS writes anew before it frees: a file's last block and the directory's two.
RESERVED_BLOCKS = 3
# <lfs2.h>, LFS2_ERR_CORRUPT: a pointer in a file leads nowhere.
CORRUPT = 84


class Storage:
    """Named blobs as files."""

    def __init__(self, directory: str) -> None:
        """Take a directory, made where missing. Raises BoardError."""
        self._root = directory + "/"
        self._tail_name = ""
        self._tail: "Any" = None
        if not directory.startswith("/"):
            # boot.py changes into a firmware slot, and a ledger there would be lost with the next update.
            raise BoardError("storage %s: give `ledger` from the root, such as /ledger" % directory)
        try:
            os.stat(directory)
        except OSError:
            self._make(directory)
        _need_littlefs(directory)

    def size(self, name: str) -> int:
        """Return the bytes of a blob, 0 where there is none."""
        try:
            return int(os.stat(self._root + checked_name(name))[6])
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return 0

    def read(self, name: str, offset: int = 0, count: "int | None" = None) -> bytes:
        """Return up to `count` bytes from `offset`; empty where there is no such blob or no more bytes."""
        try:
            with open(self._root + checked_name(name), "rb") as blob:
                blob.seek(offset)
                return blob.read() if count is None else blob.read(count)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise _told(error)
            return b""

    def append(self, name: str, content: "bytes | Pieces") -> None:
        """Add bytes at the end of a blob, durable on return. Raises OSError, and then nothing changed."""
        self._need(len(content))
        if name != self._tail_name:
            self._close_tail()
            self._tail = open(self._root + checked_name(name), "ab")
            self._tail_name = name
        try:
            for piece in pieces_of(content):
                self._tail.write(piece)
            self._tail.flush()
        except OSError as error:
            # What LittleFS could not write whole it does not commit at all.
            self._close_tail()
            raise _told(error)

    def replace(self, name: str, content: "bytes | Pieces") -> None:
        """Make a blob hold just these bytes; after a cut it holds the old or the new ones, whole."""
        path, fresh = self._root + checked_name(name), self._root + FRESH
        self._need(len(content))
        if name == self._tail_name:
            self._close_tail()
        with open(fresh, "wb") as blob:
            for piece in pieces_of(content):
                blob.write(piece)
        os.rename(fresh, path)

    def names(self) -> "Iterator[str]":
        """Yield the names of all blobs, in no particular order."""
        return names_in(self._root)

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens where there is none."""
        if name == self._tail_name:
            self._close_tail()
        try:
            os.remove(self._root + checked_name(name))
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise

    def rename(self, name: str, other: str) -> None:
        """Give a blob another name, durable on return. Raises OSError where that name is taken."""
        path, target = self._root + checked_name(name), self._root + checked_name(other)
        if other in self.names():
            raise OSError(errno.EEXIST, "storage %s: %s is there already" % (self._root, other))
        if name == self._tail_name:
            self._close_tail()
        os.rename(path, target)

    def free_bytes(self) -> int:
        """Return how many bytes can still be written, less what LittleFS needs for itself."""
        try:
            figures = os.statvfs(self._root)
        except OSError as error:
            if error.errno != CORRUPT:
                raise
            # It finds no free block until the file is removed.
            return 0
        return max(0, figures[1] * (figures[4] - RESERVED_BLOCKS))

    def _make(self, directory: str) -> None:
        try:
            os.mkdir(directory)
        except OSError as error:
            raise BoardError(
                "storage %s: it cannot be made (%s); name another in `ledger`" % (directory, error)
            )

    def _need(self, count: int) -> None:
        if count > self.free_bytes():
            raise OSError(ENOSPC, "storage %s is full" % self._root)

    def _close_tail(self) -> None:
        tail, self._tail, self._tail_name = self._tail, None, ""
        if tail is not None:
            try:
                tail.close()
            except OSError:
                # The error that spoilt the file has been raised already.
                pass


def _told(error: OSError) -> OSError:
    """Return an error with the number that the port has for what the medium does not give back."""
    return OSError(errno.EIO, "LittleFS: corrupt") if error.errno == CORRUPT else error


def _need_littlefs(directory: str) -> None:
    for file_system, mounted_at in sorted(vfs.mount(), key=lambda mount: -len(mount[1])):
        if directory.startswith(mounted_at):
            if "Lfs2" in type(file_system).__name__:
                return
            break
    raise BoardError("storage %s: not on LittleFS; format the flash with vfs.VfsLfs2.mkfs" % directory)
