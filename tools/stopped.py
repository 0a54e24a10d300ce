"""A terminal that does not run, opened on its own machine: its ledger and its key, to write a record.

It does not know what is written.
"""

import importlib
from typing import Any

from firmware.crypto import canonical, jose
from firmware.errors import TerminalError
from firmware.ledger import chain
from firmware.ledger.journal import Journal
from firmware.terminal import recorder, rotation
from firmware.terminal.memory import Memory
from hal.linux.clock import Clock


class Stopped:
    """The terminal of a configuration; the lock on its storage keeps it stopped for as long."""

    def __init__(self, config: Any) -> None:
        """Open ledger and key, and finish a change of keys that a power cut interrupted.

        Raises BoardError, TerminalError.
        """
        board = "bench" if config.board == "bench" else "linux"
        storage = importlib.import_module("hal.linux.storage").open_storage(config.ledger)
        signer = importlib.import_module(f"hal.{board}.signer").open_signer(config.key_file)
        self._journal = journal = Journal(storage)
        self._config = config
        self.memory = Memory(storage, journal, config.id, recorder.first_prev(signer))
        if self.memory.known["key"] != recorder.first_prev(signer):
            signer = rotation.finish(signer, self.memory.known["key"], journal, self.memory.acknowledged)
        self._signer = signer
        self.recorder = recorder.Recorder(config.id, Clock(), signer, journal, self.memory.known)

    def thumbprint(self) -> str:
        """Return the thumbprint of the key in force."""
        return jose.thumbprint(self._signer.public_key())

    async def record(self, kind: str, members: dict[str, Any]) -> dict[str, Any]:
        """Write a record and return its payload. Raises StorageRefused."""
        await self._tell_damage()
        payload: dict[str, Any] = await self.recorder.record(kind, members)
        return payload

    async def _tell_damage(self) -> None:
        """Say first what is lost at the ledger's end, as a start does: the chain goes on from there."""
        if self.memory.lost:
            await self.recorder.record("ledger.damaged", self.memory.lost)
            self.memory.lost = None

    def newest(self) -> dict[str, Any] | None:
        """Return the payload of the ledger's newest record, None of an empty ledger."""
        tail = self._journal.tail()
        if tail is None:
            return None
        payload: dict[str, Any] = canonical.decode(jose.split(tail[1], chain.RECORD_TYPE)[0])
        return payload

    async def change_key(self) -> dict[str, Any]:
        """Let a new key take the place of this one; return the payload of the record that says so.

        Raises TerminalError, StorageRefused, BoardError, OSError.
        """
        memory = self.memory
        await self._tell_damage()
        if self._config.office_url and not memory.acknowledged:
            raise TerminalError(
                "the office knows no record of this terminal yet, and could not follow to another key; "
                "let it enrol and upload first"
            )
        payload, self._signer = await rotation.rotate(self.recorder, self._signer, memory.acknowledged)
        memory.save(self.recorder.known, memory.acknowledged, memory.progress)
        return payload
