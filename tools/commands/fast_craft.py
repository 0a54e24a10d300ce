"""Signs, verifies and reads for the simulation through C libraries: faster than plain Python, the same bytes.

It does not know the simulation.
"""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from hal.linux.signer import Signer
from tools import keys
from tools.backoffice.records import proof

# So many of the newest signatures are remembered.
REMEMBERED = 10_000


class FastCraft:
    """What emulator.simulation.craft.PlainCraft is, by other means."""

    def __init__(self, backing: Any = None) -> None:
        self._backing = backing
        self._made: dict[bytes, bytes] = {}

    def backing(self) -> Any:
        """Return the storage below the simulated disk, None for memory."""
        return self._backing

    def decode(self, content: bytes | memoryview) -> Any:
        """Return the document of a record's payload, strictly."""
        return proof.decode(bytes(content))

    def signer(self, private: bytes) -> Signer:
        """Return the signer of a private key."""
        key = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
        return _Remembering(key, self._made)

    def verifier(self, public: bytes) -> keys.Verify:
        """Return `verify(signing_input, signature)`; what was signed here just so needs no verifying."""
        verify = keys.verifier(public)

        def quick(signing_input: bytes, signature: bytes) -> bool:
            made = self._made.get(hashlib.sha256(signing_input).digest())
            return made == signature or verify(signing_input, signature)

        return quick


class _Remembering(Signer):
    """A signer that notes by its digest what it signed."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, made: dict[bytes, bytes]) -> None:
        super().__init__(key)
        self._made = made

    async def sign(self, digest: bytes) -> bytes:
        signature = await super().sign(digest)
        if len(self._made) >= REMEMBERED:
            self._made.pop(next(iter(self._made)))
        self._made[digest] = signature
        return signature
