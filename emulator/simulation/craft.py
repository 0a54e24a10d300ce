"""The part of the simulation that interpreters do differently: who signs, who verifies, and where the disk's
bytes lie.

It does not know the simulation. This is the plain-Python one, which runs everywhere; tools hand in a faster
one on CPython.
"""

import hashlib
import json

from firmware.crypto import canonical
from firmware.errors import CryptoError
from hal.common.soft_signer import SoftSigner


class PlainCraft:
    """Signatures by the firmware's own P-256, and storage over a backing of the caller's choice (None: in
    memory).
    """

    def __init__(self, backing=None):
        self._backing = backing

    def backing(self):
        """Return the storage below the simulated disk."""
        return self._backing

    def decode(self, content: "bytes | memoryview"):
        """Return the document of a record; what is in doubt goes to the firmware's own strict reader."""
        try:
            try:
                document = json.loads(content)  # type: ignore[arg-type]
            except TypeError:
                # CPython reads no views.
                document = json.loads(bytes(content))
            if canonical.is_encoding(document, content):
                return document
        except (CryptoError, ValueError):
            pass
        return canonical.decode(bytes(content))

    def signer(self, private: bytes) -> SoftSigner:
        """Return the signer of a private key."""
        return SoftSigner(private)

    def verifier(self, public: bytes):
        """Return `verify(signing_input, signature)` for a public key."""

        def verify(signing_input: bytes, signature: bytes) -> bool:
            from firmware.crypto import p256

            return p256.verify(public, hashlib.sha256(signing_input).digest(), signature)

        return verify
