"""The Signer port in plain Python, for boards without a secure element or OpenSSL.

It does not know where the key is kept. The seam between the interpreters is at the top.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

if TYPE_CHECKING or sys.implementation.name != "micropython":

    def _collect_after(garbage_bytes: int) -> int:
        return 0  # CPython counts references: what a signature leaves behind is gone at once.

else:
    import gc

    def _collect_after(garbage_bytes):
        """Have garbage collected after so many bytes, -1 for a full heap alone; return what it was before."""
        before = gc.threshold()
        gc.threshold(garbage_bytes)
        return before


class SoftSigner:
    """A P-256 key that signs in slices, so that other tasks run in between."""

    def __init__(self, private: bytes, pause: "Callable[[], Awaitable[None]] | None" = None) -> None:
        """Take the key (32 bytes) and what to await between slices. Raises CryptoError for what is no key."""
        self._private = private
        self._pause = pause
        # The arithmetic is in a small board's memory only while it is used.
        from firmware.crypto import p256

        self._public = p256.public_key(private)

    def public_key(self) -> bytes:
        """Return X and Y of the P-256 point, 64 bytes."""
        return self._public

    async def sign(self, digest: bytes) -> bytes:
        """Return r and s (64 bytes) over a SHA-256 digest of 32 bytes."""
        from firmware.crypto import p256

        steps = p256.sign_steps(self._private, digest)
        # A signature leaves 200 KB of short-lived numbers behind: collected every few KB, as a board's heap
        # is to stay whole, most of its time would go there.
        before = _collect_after(-1)
        try:
            while True:
                try:
                    next(steps)
                except StopIteration as done:
                    signature: bytes = done.value
                    return signature
                if self._pause:
                    await self._pause()
        finally:
            _collect_after(before)
