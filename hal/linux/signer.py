"""The terminal's key on Linux: a PEM file that only its owner reads, used through OpenSSL.

It does not know what it signs, and never hands the key out.
"""

import os
import stat

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from firmware.errors import BoardError

COORDINATE_BYTES = 32
DIGEST_BYTES = 32
# Behind the name of the key's file: the key that is to take its place.
WAITING = ".next"


class Signer:
    """An ECDSA key on P-256 with RFC 6979 signatures."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, path: str = "") -> None:
        """Take a key and the file that it came from."""
        self._key = key
        self._path = path
        self._scheme = ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)

    def public_key(self) -> bytes:
        """Return X and Y of the P-256 point, 64 bytes."""
        numbers = self._key.public_key().public_numbers()
        return numbers.x.to_bytes(COORDINATE_BYTES, "big") + numbers.y.to_bytes(COORDINATE_BYTES, "big")

    async def sign(self, digest: bytes) -> bytes:
        """Return r and s (64 bytes) of the signature over a SHA-256 digest of 32 bytes."""
        if len(digest) != DIGEST_BYTES:
            raise BoardError(f"key: a digest to sign has 32 bytes, not {len(digest)}")
        r, s = decode_dss_signature(self._key.sign(digest, self._scheme))
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")

    def successor(self, make: bool) -> "Signer | None":
        """Return the signer of the file that waits beside the key's own, made where it is missing."""
        waiting = self._path + WAITING
        if not make and not os.path.exists(waiting):
            return None
        return open_signer(waiting)

    def adopt(self) -> None:
        """Put the waiting file in the place of this one, and overwrite what stood there.

        Its blocks are overwritten through a descriptor that was opened before: by name it is gone at once.
        """
        with open(self._path, "r+b") as old:
            os.rename(self._path + WAITING, self._path)
            _sync_directory(self._path)
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())


def open_signer(path: str) -> Signer:
    """Return the signer of a key file, which is made once where missing. Raises BoardError."""
    try:
        content = _read(path)
        if content is None:
            content = _make(path)
    except OSError as error:
        raise BoardError(
            f"key {path}: {error.strerror or error}; name a file on a writable disk in `key_file`"
        )
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        raise BoardError(f"key {path}: this is no unencrypted PEM key; put the terminal's own key back")
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BoardError(f"key {path}: not a key on the curve P-256; put the terminal's own key back")
    return Signer(key, path)


def _read(path: str) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(fd, "rb") as file:
        status = os.fstat(fd)
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise BoardError(f"key {path}: others may read or change it; run: chmod 600 {path}")
        if status.st_uid not in (os.geteuid(), 0):
            raise BoardError(f"key {path}: it belongs to another user; run: chown {os.geteuid()} {path}")
        return file.read()


def _make(path: str) -> bytes:
    """Make a key and let it become a file whole or not at all: a torn one would end the identity."""
    content = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fresh = f"{path}.fresh"
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(fd, "wb") as file:
        os.fchmod(fd, 0o600)
        file.write(content)
        file.flush()
        os.fsync(fd)
    # A link, not a rename: a key that appeared meanwhile is never overwritten.
    os.link(fresh, path)
    os.unlink(fresh)
    _sync_directory(path)
    return content


def _sync_directory(path: str) -> None:
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
