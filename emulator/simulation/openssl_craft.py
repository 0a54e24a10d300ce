"""The part of the simulation that CPython does faster: the same signatures (RFC 6979) through OpenSSL.

It does not know the simulation, and no MicroPython imports it.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from emulator.simulation.craft import PlainCraft
from hal.linux.signer import Signer

HALF = 32


class OpensslCraft(PlainCraft):
    """Signers and verifiers through the package `cryptography`."""

    def signer(self, private: bytes) -> Signer:
        """Return the signer of a private key."""
        return Signer(ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()))

    def verifier(self, public: bytes):
        """Return `verify(signing_input, signature)` for a public key."""
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)
        scheme = ec.ECDSA(hashes.SHA256())

        def verify(signing_input: bytes, signature: bytes) -> bool:
            r, s = int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big")
            try:
                key.verify(utils.encode_dss_signature(r, s), signing_input, scheme)
            except InvalidSignature:
                return False
            return True

        return verify
