"""Keeps the terminal's key, and the one that waits to take its place, whatever happens to the power.

It does not know when a key is changed, or how it signs. It is in memory in stories that change keys only.
"""

from firmware.crypto import jose


class KeyStore:
    """What the board's keys lie in: `current` is the key in force, as the `KeptSigner` port has it."""

    def __init__(self, make):
        """Begin with the first key; `make(number)` gives the signer of the terminal's first, second … key."""
        self._make = make
        self._made = 1
        self._waiting: "Kept | None" = None
        self.current = Kept(self, make(1))

    def successor(self, is_made: bool) -> "Kept | None":
        """Return the key that waits, which is made where that is asked for."""
        if is_made and self._waiting is None:
            self._made += 1
            self._waiting = Kept(self, self._make(self._made))
        return self._waiting

    def adopt(self) -> None:
        """Let the waiting key take the place of the one in force, which is no more."""
        if self._waiting is not None:
            self.current, self._waiting = self._waiting, None

    def thumbprints(self) -> "list[str]":
        """Return which keys are here, the one in force first."""
        kept = [self.current, self._waiting] if self._waiting else [self.current]
        return [jose.thumbprint(key.public_key()) for key in kept]


class Kept:
    """The `KeptSigner` port over one key of a store."""

    def __init__(self, store, signer):
        self._store = store
        self._signer = signer

    def public_key(self) -> bytes:
        """Return X and Y."""
        return self._signer.public_key()

    async def sign(self, digest: bytes) -> bytes:
        """Return r and s over a digest."""
        return await self._signer.sign(digest)

    def successor(self, make: bool) -> "Kept | None":
        """Return the key that waits beside this one."""
        return self._store.successor(make)

    def adopt(self) -> None:
        """Let the key that waits take this one's place."""
        self._store.adopt()
