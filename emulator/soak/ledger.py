"""The ledger as it lies on a simulated disk, read on as it grows, whether the terminal lives or not.

It does not know the terminal's own view of it. What was read once has to stay as it was: a second record of
the same number is a violation, for this disk takes a record whole or the power goes.
"""

from collections.abc import Iterator
from typing import Any

from emulator.simulation.audit import Books
from firmware.ledger import chain, segment


class Ledger:
    """Reads new records; `books` keeps what they say, `hashes` the hash of each by its number."""

    def __init__(self, charger: Any):
        self._disk = charger.disk.platter()
        self._name: str | None = None
        self._offset = 0
        self.books = Books(charger, charger.world.shown_wh(), charger.decode)
        self.hashes: dict[int, str] = {}
        self.books.hash_of = self.hashes.get
        # The session that is open, and the newest that has ended: their payloads.
        self.opened: dict | None = None
        self.ended: dict | None = None

    def gone(self) -> str | None:
        """Return in words what was read once and is no longer there; whole segments may be removed."""
        size = self._disk.size(self._name) if self._name else 0
        if 0 < size < self._offset:
            return "%s had %d bytes and has %d" % (self._name, self._offset, size)
        return None

    def read_on(self) -> Iterator[dict]:
        """Yield the payload of every record that has become durable since the last time."""
        while True:
            if self._name:
                yield from self._read_segment(self._name)
            following = segment.oldest(self._disk, self._name or "")
            if following is None:
                return
            self._name, self._offset = following, 0

    def _read_segment(self, name: str) -> Iterator[dict]:
        for _at, compact, _what, next_offset in segment.stream(self._disk, name, self._offset):
            if compact is not None:
                self._offset = next_offset
                yield self._enter(compact)

    def _enter(self, compact: str) -> dict:
        payload = self.books.enter(compact)
        self.hashes[payload["seq"]] = chain.hash(compact)
        if payload["kind"] == "session.started":
            self.opened = payload
        elif payload["kind"] == "session.ended":
            self.opened, self.ended = None, payload
        return payload
