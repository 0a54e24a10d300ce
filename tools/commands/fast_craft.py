"""Signs and verifies for the simulation through OpenSSL: much faster than plain Python, and the same bytes.

It does not know the simulation.
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from hal.linux.signer import Signer
from tools import keys


class FastCraft:
    """What emulator.simulation.craft.PlainCraft is, by other means."""

    def __init__(self, backing: Any = None) -> None:
        self._backing = backing

    def backing(self) -> Any:
        """Return the storage below the simulated disk, None for memory."""
        return self._backing

    def signer(self, private: bytes) -> Signer:
        """Return the signer of a private key."""
        return Signer(ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()))

    def verifier(self, public: bytes) -> keys.Verify:
        """Return `verify(signing_input, signature)` for a public key."""
        return keys.verifier(public)
