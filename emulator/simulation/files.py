"""Blobs as plain files of a directory: where a simulated disk keeps its bytes when memory is too small.

It does not know power cuts, and synchronises nothing: in a simulation only the disk above it loses power.
"""

import errno
import os

from emulator.models.disk import PLENTY_BYTES
from hal.common.blobs import names_in, pieces_of


class Files:
    """The Storage port over the files of a directory that exists."""

    def __init__(self, directory: str):
        self._root = directory + "/"

    def size(self, name):
        """Return the bytes of a blob, 0 where there is none."""
        try:
            return os.stat(self._root + name)[6]
        except OSError:
            return 0

    def read(self, name, offset=0, count=None):
        """Return up to `count` bytes from `offset`."""
        try:
            with open(self._root + name, "rb") as blob:
                blob.seek(offset)
                return blob.read(-1 if count is None else count)
        except OSError:
            return b""

    def append(self, name, content):
        """Add bytes at the end of a blob."""
        with open(self._root + name, "ab") as blob:
            for piece in pieces_of(content):
                blob.write(piece)

    def replace(self, name, content):
        """Make a blob hold just these bytes."""
        with open(self._root + name, "wb") as blob:
            for piece in pieces_of(content):
                blob.write(piece)

    def names(self):
        """Yield the names of all blobs, in no particular order."""
        return names_in(self._root)

    def remove(self, name):
        """Remove a blob."""
        try:
            os.remove(self._root + name)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise

    def rename(self, name, other):
        """Give a blob another name. Raises OSError where that is taken, or there is no such blob."""
        if other in self.names():
            raise OSError(errno.EEXIST, other)
        os.rename(self._root + name, self._root + other)

    def free_bytes(self):
        """Return plenty: how full it is belongs to the disk above."""
        return PLENTY_BYTES
