"""The system calls of a bench, under the names of CPython's `os`, on either interpreter.

It does not know what they are for. On MicroPython they are foreign functions of Linux's C library.
"""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from fcntl import flock
    from os import (
        O_CLOEXEC,
        O_CREAT,
        O_DIRECTORY,
        O_RDONLY,
        O_TRUNC,
        O_WRONLY,
        close,
        fdatasync,
        fsync,
        ftruncate,
        getpid,
        kill,
        mkdir,
        open,
        pwrite,
        rename,
        stat,
        statvfs,
        unlink,
        write,
    )

else:
    import os
    from os import mkdir, rename, stat, statvfs, unlink

    import ffi

    O_RDONLY = 0
    O_WRONLY = 0o1
    O_CREAT = 0o100
    O_TRUNC = 0o1000
    O_DIRECTORY = 0o200000
    O_CLOEXEC = 0o2000000

    _libc = ffi.open(None)

    def _call(name, arguments):
        function = _libc.func("i", name, arguments)

        def call(*given):
            result = function(*given)
            if result < 0:
                raise OSError(os.errno(), name)
            return result

        return call

    _open = _call("open", "sii")
    close = _call("close", "i")
    fdatasync = _call("fdatasync", "i")
    flock = _call("flock", "ii")
    fsync = _call("fsync", "i")
    ftruncate = _call("ftruncate", "il")
    getpid = _call("getpid", "")
    kill = _call("kill", "ii")
    _pwrite = _call("pwrite", "ipIl")
    _write = _call("write", "ipI")

    def open(path, flags, mode=0o777):
        """Open a file and return its descriptor."""
        return _open(path, flags, mode)

    def pwrite(fd, content, offset):
        """Write bytes at an offset and return how many were taken."""
        return _pwrite(fd, content, len(content), offset)

    def write(fd, content):
        """Write bytes and return how many were taken."""
        return _write(fd, content, len(content))


__all__ = [
    "O_CLOEXEC",
    "O_CREAT",
    "O_DIRECTORY",
    "O_RDONLY",
    "O_TRUNC",
    "O_WRONLY",
    "close",
    "fdatasync",
    "flock",
    "fsync",
    "ftruncate",
    "getpid",
    "kill",
    "mkdir",
    "open",
    "pwrite",
    "rename",
    "stat",
    "statvfs",
    "unlink",
    "write",
]
