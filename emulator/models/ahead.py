"""Keys that a request announces to the office before their turn: under one of them lost records may be named.

It does not know the office's books, and changes none: each key has to be announced once more when it is its
turn. In memory only where there are some.
"""

from emulator.models.office import header
from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import rotation


class Ahead:
    """The keys after the one in force, each announced under the one before it and proved by itself."""

    def __init__(self, key: str, verifier):
        """Take the thumbprint of the key in force, and `verifier(public)`."""
        self._key = key
        self._verifier = verifier
        # By what their records begin with, how keys verify.
        self._verify: dict = {}

    def hear(self, payload: dict) -> bool:
        """Take the payload of a verified announcement; return whether it goes on from the newest key."""
        try:
            public = rotation.successor(payload, self._key, self._verifier)
        except LedgerError:
            return False
        self._key = jose.thumbprint(public)
        self._verify[header(self._key)] = self._verifier(public)
        return True

    def verify(self, begins: bytes):
        """Return how the key verifies whose records begin so, None where none was announced."""
        return self._verify.get(begins)
