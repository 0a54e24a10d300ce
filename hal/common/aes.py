"""AES in CBC mode on whole blocks, for whoever seals a text: the chip's on MicroPython, OpenSSL's on CPython.

It does not know padding, and not what is sealed.
"""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def encrypt_cbc(key: bytes, vector: bytes, blocks: bytes) -> bytes:
        """Return the blocks encrypted with a key of 16 or 32 bytes from a vector of 16 bytes."""
        context = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        return context.update(blocks) + context.finalize()

    def decrypt_cbc(key: bytes, vector: bytes, blocks: bytes) -> bytes:
        """Return the blocks decrypted, their padding included."""
        context = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        return context.update(blocks) + context.finalize()

else:
    import cryptolib

    MODE_CBC = 2

    def encrypt_cbc(key, vector, blocks):
        """Return the blocks encrypted with a key of 16 or 32 bytes from a vector of 16 bytes."""
        return cryptolib.aes(key, MODE_CBC, vector).encrypt(blocks)

    def decrypt_cbc(key, vector, blocks):
        """Return the blocks decrypted, their padding included."""
        return cryptolib.aes(key, MODE_CBC, vector).decrypt(blocks)


class Aes:
    """Both directions as one value, for whoever is handed AES as an argument."""

    encrypt_cbc = staticmethod(encrypt_cbc)
    decrypt_cbc = staticmethod(decrypt_cbc)


__all__ = ["Aes", "decrypt_cbc", "encrypt_cbc"]
