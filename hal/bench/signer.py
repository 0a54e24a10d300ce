"""The key of the emulated charger: OpenSSL's on CPython, the plain-Python signer on MicroPython.

It does not know what it signs. Both keep the key in the same form of file, which only its owner may read.
"""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from hal.linux.signer import open_signer
else:
    import errno
    import os

    from firmware.crypto import p256
    from firmware.errors import BoardError
    from hal.bench import posix
    from hal.common import key_file
    from hal.common.soft_signer import SoftSigner
    from hal.common.urandom import Entropy
    from hal.common.waiting import breathe

    WAITING = ".next"

    class Signer(SoftSigner):
        """The key of a file, beside which another one may wait to take its place."""

        def __init__(self, private, path):
            super().__init__(private, breathe)
            self._path = path

        def successor(self, make):
            """Return the signer of the file that waits beside the key's own, made where it is missing."""
            return _open(self._path + WAITING, make)

        def adopt(self):
            """Put the waiting file in the place of this one, and overwrite what stood there."""
            fd = posix.open(self._path, posix.O_WRONLY | posix.O_CLOEXEC)
            try:
                posix.rename(self._path + WAITING, self._path)
                posix.write(fd, bytes(os.stat(self._path)[6]))
                posix.fsync(fd)
            finally:
                posix.close(fd)

    def open_signer(path):
        """Return the signer of a key file, which is made once where missing. Raises BoardError."""
        return _open(path, True)

    def _open(path, make):
        try:
            mode = os.stat(path)[0]
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise BoardError("key %s: %s; name a readable file in `key_file`" % (path, error))
            return Signer(_make(path), path) if make else None
        if mode & 0o077:
            raise BoardError("key %s: others may read or change it; run: chmod 600 %s" % (path, path))
        with open(path) as file:
            return Signer(key_file.decode(file.read())[0], path)

    def _make(path):
        private = p256.generate(Entropy().random)
        content = key_file.encode(private, p256.public_key(private)).encode()
        fresh = path + ".fresh"
        try:
            fd = posix.open(fresh, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC | posix.O_CLOEXEC, 0o600)
            posix.write(fd, content)
            posix.fsync(fd)
            posix.close(fd)
            posix.rename(fresh, path)
        except OSError as error:
            raise BoardError("key %s: %s; name a file on a writable disk in `key_file`" % (path, error))
        return private


__all__ = ["open_signer"]
