"""The terminal's line to its operator: whether it is time to ask, the question, and the answer handed on.

It does not know what an order does (ordering.py), nor how bytes travel. While no order comes, no more of them
than this is in memory.
"""

from ..crypto import canonical, jose
from ..errors import CryptoError, StorageRefused
from ..session import events
from ..session.state import AUTHORISED, STARTING
from . import slices
from .terminal import AGAIN_MS, ORDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from hal.ports import Board, Storage

    from ..session.state import Session
    from .startup import Assembly

    Document = dict[str, Any]
    # Sends a GET to a path with headers and returns (status, body).
    Fetch = Callable[[str, list[tuple[str, str]]], Awaitable[tuple[int, bytes]]]

# The operator's key, where the enrolment told it and no setting does.
KEY_BLOB = "operator"
NONCE_BYTES = 16
# How often an idle terminal asks where the office says nothing else.
IDLE_S = 60
# A key that is silent for so long is asked again with the next question.
SIGN_MS = 60000


class Orders:
    """What one terminal and its operator have to say to each other."""

    def __init__(self, board: "Board", config: "Any", parts: "Assembly") -> None:
        """Put in force what the ledger says was ordered. Raises TerminalError where that does not go with the
        configuration.
        """
        self._board = board
        self._config = config
        self._parts = parts
        self._public = self._operator_key()
        self._newest = 0
        self._idle_s = IDLE_S
        # The newest order for which one was asked in vain, and when it was asked last.
        self._in_vain = 0
        self._asked_ms: "int | None" = None
        self._is_held = False
        self._signed = b""
        self._is_signed = board.tasks.event()
        if parts.recorder.known["order"]:
            from . import ordering

            ordering.Ordering(board, config, parts).bring()

    def hear(self, answer: "Document") -> None:
        """Hear what the office said of orders when it took records."""
        self._newest = answer.get("orders", self._newest)
        self._idle_s = answer.get("poll_s", IDLE_S)

    def idle_ms(self) -> int:
        """Return after how long an idle terminal asks."""
        return 1000 * self._idle_s

    def is_due(self) -> bool:
        """Return whether there is an order, or it is time to ask."""
        if self._public is None or self._is_held:
            return False
        if self._asked_ms is None or self._newest > max(self._serial(), self._in_vain):
            return True
        return self._board.clock.elapsed_ms(self._asked_ms) >= self.idle_ms()

    async def ask(self, fetch: "Fetch") -> None:
        """Ask for the next order and hand it to the terminal. Raises OSError and UplinkError."""
        if not self.is_due():
            return
        from ..uplink import orders

        clock, recorder = self._board.clock, self._parts.recorder
        asked = (recorder.terminal, self._serial(), jose.b64url(self._board.entropy.random(NONCE_BYTES)))
        path = orders.path(*asked)
        self._asked_ms = clock.ticks_ms()
        if self._newest <= max(asked[1], self._in_vain):
            # Whether there is one at all anybody may ask: a signature is dear.
            self._newest = orders.answer(*await fetch(path, []))[1]
        if self._newest <= asked[1]:
            return
        self._in_vain = self._newest
        signed = orders.question(asked, jose.public_from_jwk(recorder.key))
        signature = await self._signature(orders.digest(signed))
        if not signature:
            return
        compact, self._newest = orders.answer(*await fetch(path, orders.headers(signed, signature)))
        self._asked_ms = heard_ms = clock.ticks_ms()
        if compact is None:
            return
        order, refusal = await slices.finish(
            orders.opened_steps(compact, self._public or b"", asked), self._board.clock
        )
        told = {"hash": orders.digest(compact.encode()).hex(), "order": order, "refusal": refusal}
        told["heard_ms"] = heard_ms
        self._is_held = True
        self._parts.inbox.post((ORDER, told))

    async def _signature(self, digest: bytes) -> bytes:
        """Have the terminal sign, which alone uses its key; empty where the key does not answer."""
        self._signed = b""
        self._is_signed.clear()
        self._parts.inbox.post((ORDER, {"digest": digest}))
        await self._is_signed.wait_ms(SIGN_MS)
        return self._signed

    def _serial(self) -> int:
        """Return the serial number of the newest order that was decided."""
        known = self._parts.recorder.known["order"]
        serial: int = known["serial"] if known else 0
        return serial

    def _operator_key(self) -> "bytes | None":
        """Return the operator's key; None, which is a fault, where it is damaged: then nothing is ordered."""
        told = self._config.operator_key
        try:
            content = b"" if told else self._board.storage.read(KEY_BLOB)
            told = told or (canonical.decode(content) if content else None)
            key = jose.public_from_jwk(told) if told else None
        except CryptoError:
            what = "the operator's key in %s is damaged; give it as operator_key" % KEY_BLOB
            self._parts.inbox.post((events.FAULT, {"fault": KEY_BLOB, "what": what}))
            return None
        if KEY_BLOB in self._parts.recorder.known["faults"]:
            self._parts.inbox.post((events.FAULT_CLEARED, {"fault": KEY_BLOB}))
        return key

    # The terminal's side

    async def take(self, told: "Document", session: "Session") -> None:
        """Decide an order; while a driver was told a price and the session has not begun, it waits."""
        if "digest" in told:
            await self._sign(told["digest"])
            return
        if "left" in told:
            await self.finish()
            return
        if session.state in (AUTHORISED, STARTING):
            self._board.tasks.spawn(self._again(told))
            return
        try:
            from . import ordering

            await ordering.Ordering(self._board, self._config, self._parts).decide(told)
        except (StorageRefused, OSError) as error:
            # It is asked for once more, or was applied and only the records that it asks for are left.
            self._failed(error)
        self._is_held = False

    async def _sign(self, digest: bytes) -> None:
        try:
            self._signed = await self._parts.recorder.sign(digest)
        except StorageRefused as error:
            self._parts.room.failed(str(error))
        self._is_signed.set()

    async def _again(self, told: "Document") -> None:
        await self._board.clock.sleep_ms(AGAIN_MS)
        self._parts.inbox.post((ORDER, told))

    async def finish(self) -> None:
        """Write the records that the order in force asks for and the ledger lacks, as far as storage lets."""
        known = self._parts.recorder.known["order"]
        if not known or not known["left"]:
            return
        from . import ordering

        try:
            await ordering.Ordering(self._board, self._config, self._parts).finish()
        except (StorageRefused, OSError) as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Tell it, and look again soon whether there is anything left to write."""
        self._parts.room.failed(str(error))
        self._board.tasks.spawn(self._again({"left": True}))


def pin(storage: "Storage", key: "Document") -> None:
    """Keep the operator's key that the enrolment told, once and for all. Raises CryptoError and OSError."""
    jose.public_from_jwk(key)
    if not storage.size(KEY_BLOB):
        storage.replace(KEY_BLOB, canonical.encode(key))
