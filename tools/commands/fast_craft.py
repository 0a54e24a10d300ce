"""Signs and verifies for the simulation through OpenSSL: much faster than plain Python, and the same bytes.

It does not know the simulation.
"""

from cryptography.hazmat.primitives.asymmetric import ec

from hal.linux.signer import Signer
from tools import keys


class FastCraft:
    """What emulator.simulation.craft.PlainCraft is, by other means."""

    def backing(self) -> None:
        """Return no storage: the simulated disk stays in memory."""

    def signer(self, private: bytes) -> Signer:
        """Return the signer of a private key."""
        return Signer(ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()))

    def verifier(self, public: bytes) -> keys.Verify:
        """Return `verify(signing_input, signature)` for a public key."""
        return keys.verifier(public)
