"""A craft whose signatures are hashes: stories about power, links and prices need records that are told apart
from forged ones, and on MicroPython P-256 takes most of a story's time.

It proves nothing about P-256. The stories of test_secure_element, the soak and the comparison of
ledgers between interpreters sign in earnest.
"""

import hashlib

from emulator.simulation.craft import PlainCraft
from firmware.crypto import p256


def _mark(public, digest):
    first = hashlib.sha256(public + digest).digest()
    return first + hashlib.sha256(first).digest()


class _Signer:
    def __init__(self, private):
        self._public = p256.public_key(private)

    def public_key(self):
        """Return X and Y of the point, as a real signer's."""
        return self._public

    async def sign(self, digest):
        """Return 64 bytes that depend on key and digest."""
        return _mark(self._public, digest)


class QuickCraft(PlainCraft):
    """What emulator.simulation.craft.PlainCraft is, without P-256."""

    def signer(self, private):
        """Return the signer of a private key."""
        return _Signer(private)

    def verifier(self, public):
        """Return `verify(signing_input, signature)` for a public key."""

        def verify(signing_input, signature):
            return bytes(signature) == _mark(public, hashlib.sha256(signing_input).digest())

        return verify


def with_quick_orders(play):
    """Return what `play()` returns, which plays a story whose orders are signed and verified by hashes, too.

    The operator of a story asks P-256 itself, and so does the terminal: test_orders lets both of them.
    """
    kept = p256.public_key, p256.sign, p256.verify_steps
    publics = {}

    def public_key(private):
        if private not in publics:
            publics[private] = kept[0](private)
        return publics[private]

    def verify_steps(public, digest, signature):
        yield None
        return bytes(signature) == _mark(public, digest)

    p256.public_key, p256.verify_steps = public_key, verify_steps
    p256.sign = lambda private, digest: _mark(public_key(private), digest)
    try:
        return play()
    finally:
        p256.public_key, p256.sign, p256.verify_steps = kept
