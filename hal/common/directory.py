"""Storage over a directory of a POSIX file system: durable appends, whole replacements, one terminal on it.

It does not know what it stores, nor where the system calls come from: `os` on CPython, foreign functions
on MicroPython. Behind the blob that grows it makes room, so that an append need not make the file longer.
"""

import errno

from firmware.errors import BoardError
from hal.common import padding
from hal.common.blobs import ENOSPC, FRESH, checked_name, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from hal.ports import Pieces

LOCK_EX_NB = 2 | 4
# <errno.h> of Linux; MicroPython's errno module lacks it.
EROFS = 30
# A segment of the journal; the room is made in its first append.
STEP_BYTES = 65536
# No room is made where less than this is free.
PLENTY_BYTES = 16 * STEP_BYTES


class DirectoryStorage:
    """Named blobs as files of one directory, which is locked for as long as the process lives."""

    def __init__(self, directory: str, system: "Any", flock: "Callable[[int, int], Any]") -> None:
        self._root = directory + "/"
        self._system = system
        self._tail_name = ""
        self._tail_fd = -1
        self._tail_bytes = 0
        self._room_bytes = 0
        # Where the bytes of blobs end whose room could not be cut yet, for the disk is read-only or bad.
        self._ends: "dict[str, int]" = {}
        self._directory_fd = self._open_directory(directory, flock)
        self._cut_rooms()

    def size(self, name: str) -> int:
        """Return the bytes of a blob, 0 where there is none."""
        if name == self._tail_name:
            return self._tail_bytes
        return self._ends.get(name) or self._find(self._path(name)) or 0

    def read(self, name: str, offset: int = 0, count: "int | None" = None) -> bytes:
        """Return up to `count` bytes from `offset`; empty where there is no such blob or no more bytes."""
        if name == self._tail_name or name in self._ends:
            left = max(0, self.size(name) - offset)
            count = left if count is None else min(count, left)
        try:
            with open(self._path(name), "rb") as blob:
                blob.seek(offset)
                return blob.read() if count is None else blob.read(count)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return b""

    def append(self, name: str, content: "bytes | Pieces") -> None:
        """Add bytes at the end of a blob, durable on return. Raises OSError, and then nothing changed."""
        if not isinstance(content, (bytes, bytearray)):
            content = b"".join(content)
        self._need(content)
        fd = self._tail(name)
        end = self._tail_bytes + len(content)
        room_bytes = self._room_bytes - len(content)
        try:
            self._write(fd, content, self._tail_bytes)
            if room_bytes < 0:
                room_bytes = self._make_room(fd, end)
            self._system.fdatasync(fd)
        except OSError:
            self._cut_back()
            raise
        self._tail_bytes, self._room_bytes = end, room_bytes

    def replace(self, name: str, content: "bytes | Pieces") -> None:
        """Make a blob hold just these bytes; after a cut it holds the old or the new ones, whole."""
        if not isinstance(content, (bytes, bytearray)):
            content = b"".join(content)
        path, fresh = self._path(name), self._root + FRESH
        self._need(content)
        if name == self._tail_name or len(content) > self._unused_bytes():
            self._close_tail()
        try:
            self._write_fresh(fresh, content)
            self._system.rename(fresh, path)
        except OSError:
            self._forget(fresh)
            raise
        self._ends.pop(name, None)
        self._system.fsync(self._directory_fd)

    def names(self) -> "Iterator[str]":
        """Yield the names of all blobs, in no particular order."""
        return names_in(self._root)

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens where there is none."""
        path = self._path(name)
        if name == self._tail_name:
            self._close_tail()
        if self._unlink(path):
            self._ends.pop(name, None)
            self._system.fsync(self._directory_fd)

    def rename(self, name: str, other: str) -> None:
        """Give a blob another name, durable on return. Raises OSError where that name is taken."""
        path, target = self._path(name), self._path(other)
        if self._find(target) is not None:
            raise OSError(errno.EEXIST, "storage %s: %s is there already" % (self._root, other))
        if name == self._tail_name:
            self._close_tail()
        self._cut_room(name)
        self._system.rename(path, target)
        self._system.fsync(self._directory_fd)

    def free_bytes(self) -> int:
        """Return how many bytes can still be written; the room behind the growing blob is among them."""
        return self._unused_bytes() + self._room_bytes

    def _open_directory(self, directory: str, flock: "Callable[[int, int], Any]") -> int:
        system = self._system
        try:
            system.stat(directory)
        except OSError:
            # Only the last folder is made: a missing path above it is a disk that is not mounted.
            self._make(directory)
        try:
            fd = int(system.open(directory, system.O_RDONLY | system.O_DIRECTORY | system.O_CLOEXEC))
        except OSError as error:
            raise BoardError(
                "storage %s: %s; `ledger` has to be a directory of the terminal's own" % (directory, error)
            )
        try:
            flock(fd, LOCK_EX_NB)
        except OSError:
            system.close(fd)
            raise BoardError(
                "storage %s: another terminal uses it; stop that one, or give this one a `ledger` of its own"
                % directory
            )
        return fd

    def _make(self, directory: str) -> None:
        try:
            self._system.mkdir(directory)
        except OSError as error:
            raise BoardError(
                "storage %s: it cannot be made (%s); mount the disk, or name a writable directory in `ledger`"
                % (directory, error)
            )

    def _path(self, name: str) -> str:
        return self._root + checked_name(name)

    def _cut_rooms(self) -> None:
        """Take away the room that a power cut left behind blobs; on a read-only disk when that can be."""
        try:
            for name in padding.find(self._root):
                self._ends[name] = padding.size(self._root + name)
            for name in list(self._ends):
                self._cut_room(name)
        except OSError as error:
            if error.errno not in (EROFS, errno.EIO):
                told = "storage %s: %s; its files have to be the terminal's own, and the disk in order"
                raise BoardError(told % (self._root, error))

    def _cut_room(self, name: str) -> None:
        """Take away the room behind one blob, before anything is written behind it. Raises OSError."""
        if name not in self._ends:
            return
        fd = self._system.open(self._path(name), self._system.O_WRONLY | self._system.O_CLOEXEC)
        try:
            self._system.ftruncate(fd, self._ends[name])
        finally:
            self._system.close(fd)
        self._ends.pop(name)

    def _need(self, content: bytes) -> None:
        """Refuse before anything is touched what would not fit, or would be taken for room."""
        if content[-1:] == padding.NUL:
            raise BoardError("storage %s: a blob cannot end with NUL; end it with a newline" % self._root)
        if len(content) > self.free_bytes():
            raise OSError(ENOSPC, "storage %s is full" % self._root)

    def _unused_bytes(self) -> int:
        """Return how many bytes the disk has for any file."""
        figures = self._system.statvfs(self._root)
        return int(figures[1] * figures[4])

    def _make_room(self, fd: int, end: int) -> int:
        """Write NULs up to the next step and return how many, none where the disk has no plenty.

        Written, not merely reserved: the first write to reserved room is as dear as a longer file.
        """
        if self.free_bytes() < PLENTY_BYTES:
            return 0
        step_end = end - end % STEP_BYTES + STEP_BYTES
        try:
            for at in range(end, step_end, padding.BLOCK_BYTES):
                count = min(padding.BLOCK_BYTES, step_end - at)
                if self._system.pwrite(fd, bytes(count), at) < count:
                    raise OSError(ENOSPC, "no room")
        except OSError:
            # A quota or a limit; the content itself has been written.
            self._system.ftruncate(fd, end)
            return 0
        return step_end - end

    def _tail(self, name: str) -> int:
        """Return the descriptor that appends to a blob; the last one stays open, for most go to one blob."""
        if name == self._tail_name:
            return self._tail_fd
        path = self._path(name)
        self._cut_room(name)
        known_bytes = self._find(path)
        self._close_tail()
        system = self._system
        flags = system.O_WRONLY | system.O_CREAT | system.O_CLOEXEC
        self._tail_fd = system.open(path, flags, 0o600)
        if known_bytes is None:
            system.fsync(self._directory_fd)
        self._tail_name, self._tail_bytes = name, known_bytes or 0
        return self._tail_fd

    def _find(self, path: str) -> "int | None":
        """Return the bytes of a file, or None where there is none."""
        try:
            return int(self._system.stat(path)[6])
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return None

    def _close_tail(self) -> None:
        """Close the blob that grew, without room behind it."""
        if self._tail_fd < 0:
            return
        fd, room_bytes = self._tail_fd, self._room_bytes
        self._tail_name, self._tail_fd, self._room_bytes = "", -1, 0
        try:
            if room_bytes:
                self._system.ftruncate(fd, self._tail_bytes)
        finally:
            self._system.close(fd)

    def _cut_back(self) -> None:
        """Take a half-written append away, so that the blob ends where it ended before."""
        try:
            self._system.ftruncate(self._tail_fd, self._tail_bytes)
            self._system.fdatasync(self._tail_fd)
        finally:
            self._close_tail()

    def _write(self, fd: int, content: bytes, offset: int) -> None:
        while content:
            written = self._system.pwrite(fd, content, offset)
            content = content[written:]
            offset += written

    def _write_fresh(self, path: str, content: bytes) -> None:
        system = self._system
        fd = system.open(path, system.O_WRONLY | system.O_CREAT | system.O_TRUNC | system.O_CLOEXEC, 0o600)
        try:
            self._write(fd, content, 0)
            system.fsync(fd)
        finally:
            system.close(fd)

    def _forget(self, fresh: str) -> None:
        """Remove what could not take a blob's name; what keeps it from that was told already."""
        try:
            self._unlink(fresh)
        except OSError:
            return

    def _unlink(self, path: str) -> bool:
        try:
            self._system.unlink(path)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return False
        return True
