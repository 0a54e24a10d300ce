"""Puts a terminal together: opens the ledger, makes the tasks, starts them.

It does not judge the configuration: checking.py has done so.
"""

from ..access.contracts import Contracts
from ..ledger.journal import Journal
from ..ledger.outbox import Outbox
from ..ledger.readable import Readable
from ..pricing import calendar
from . import recorder
from .buttons import Buttons
from .display import Display
from .inbox import Inbox
from .memory import Memory
from .meter import Meter
from .outlet import Outlet
from .reader import Reader
from .room import Room
from .supervisor import Supervisor
from .tariffs import Tariffs
from .terminal import Terminal
from .uploader import Uploader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hal.ports import Board


class Assembly:
    """A terminal with its tasks, ready to serve."""

    def __init__(self, board: "Board", config: "Any", ca: "bytes | None" = None, cards: "Any" = None) -> None:
        """Take the board, the settings, the office's authority (PEM), and by kind what proves cards.

        Raises TerminalError when the ledger cannot be used.
        """
        self._board = board
        board.storage = Readable(board.storage)
        self._config = config
        self._ca = ca
        self._cards = cards
        self.tariffs = Tariffs(board.storage, config.tariffs, config.max_power_w, config.currency)
        # Why they could not be stored: no session may begin whose tariff a power cut could forget.
        self._refused = ""
        try:
            self.tariffs.keep()
        except OSError as error:
            self._refused = "storage does not take a tariff: %s" % error
        self.inbox = Inbox(board.tasks)
        self.zone = calendar.Zone(config.timezone)
        self.display = Display(board, config, self.tariffs, self.zone)
        self.meter = Meter(board, config, self.inbox, self.tariffs)
        self.outlet = Outlet(board, self.inbox)
        self._open_ledger()
        self.orders = self._open_orders()
        self.contracts = Contracts(config.contracts, config.deny)
        self.terminal = Terminal(board, config, self)
        self._supervisor = Supervisor(board, self.inbox)

    def _open_ledger(self) -> None:
        board = self._board
        journal = self.journal = Journal(board.storage, sector_bytes=self._config.ledger_sector_bytes)
        self.memory = Memory(board.storage, journal, self._config.id, recorder.first_prev(board.signer))
        if self.memory.known["key"] != recorder.first_prev(board.signer):
            from . import rotation

            board.signer = rotation.finish(
                board.signer, self.memory.known["key"], journal, self.memory.acknowledged
            )
        self.outbox = Outbox(journal, self.memory.acknowledged)
        self.recorder = recorder.Recorder(
            self._config.id, board.clock, board.signer, journal, self.memory.known
        )
        self.meter.pin(*self.memory.register(), self.memory.is_billed())
        self.room = Room(board, self._config, self.inbox, self.outbox)
        self._uploader: "Uploader | None" = None
        if self._config.office_url:
            self._uploader = Uploader(
                board, self._config, self._ca, self.inbox, self.outbox, self._acknowledged, self._known
            )
            self._uploader.on_operator = self._meet_operator
            self.recorder.on_record = self._uploader.wake

    def _open_orders(self) -> "Any":
        """Return what speaks with the operator; None, and nothing of it loaded, where nobody told its key."""
        known = self.recorder.known["order"] or self._config.operator_key
        if not known and not self._board.storage.size("operator"):
            return None
        from . import orders

        line = orders.Orders(self._board, self._config, self)
        if self._uploader:
            self._uploader.orders = line
        return line

    def _meet_operator(self, key: "Any") -> None:
        """Keep the operator's key that the enrolment told. Raises CryptoError and OSError."""
        from . import orders

        orders.pin(self._board.storage, key)
        self.orders = self.orders or self._open_orders()

    def _acknowledged(self) -> None:
        """Save what the office has; one that cannot be saved only means that something is sent twice."""
        try:
            self.memory.save(self.recorder.known, self.outbox.acknowledged, self.terminal.progress())
        except OSError:
            return

    def _known(self) -> "dict[str, Any]":
        return self.recorder.known

    async def serve(self, on_ready: "Callable[[], None] | None" = None) -> None:
        """Start every task and serve drivers until the coroutine is cancelled."""
        if self._refused:
            self.room.failed("a tariff was not taken", self._refused)
        if self.meter.signs and not self.memory.known["open"]:
            from firmware.terminal import signing

            signing.take_up(self, self._board.clock.utc_s())
        await self.terminal.begin()
        if self.orders:
            await self.orders.finish()
        await self._note_configuration()
        self._sort_tariffs()
        if self._config.key_retire == self.recorder.known["key"]:
            from . import rotation

            await rotation.retire(self, self._board.signer, self._uploader is not None)
        if self._cards and "emv" in self._cards:
            self._cards["emv"]["is_denied"] = self.is_denied
        reader = Reader(self._board, self._config, self.inbox, self._cards)
        self._supervisor.start("meter", self.meter.run)
        self._supervisor.start("contactor", self.outlet.watch_contactor)
        self._supervisor.start("vehicle", self.outlet.watch_vehicle)
        self._supervisor.start("reader", reader.run)
        self._supervisor.start("buttons", Buttons(self._board.panel, self.inbox, self.display).run)
        if self._uploader:
            self._supervisor.start("uplink", self._uploader.run)
        if on_ready:
            on_ready()
        await self.terminal.serve()

    def is_denied(self, card: str) -> bool:
        """Return whether a bank card is denied now: an order may have brought another list."""
        return self.contracts.is_denied(card)

    async def _note_configuration(self) -> None:
        """Record which settings and tariffs are in force, whenever they are others than before."""
        from . import configured

        digest = configured.digest(self._config, self.tariffs.hashes())
        if digest != self.recorder.known["configured"]:
            told = {"hash": digest, "tariffs": self.tariffs.ids()}
            await self.recorder.record_when_possible("configured", told)

    def _sort_tariffs(self) -> None:
        # In memory only for this once.
        from . import retention

        try:
            retention.sort_tariffs(self._board.storage, self)
        except OSError as error:
            self.room.failed(str(error))

    def stop(self) -> None:
        """End in order: no power, and a checkpoint from which the open session is recovered."""
        self.outlet.open()
        self._supervisor.stop()
        self._acknowledged()
