"""Storage of the Linux board: a directory on a disk that keeps its word about fsync.

It does not know what it stores.
"""

import fcntl
import os

from hal.common.directory import DirectoryStorage


def open_storage(directory: str) -> DirectoryStorage:
    """Return the storage of a directory, made where missing. Raises BoardError when it is not ours alone."""
    return DirectoryStorage(directory, os, fcntl.flock)
