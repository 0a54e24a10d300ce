"""The task that brings records to the back office: batches over one connection, again until they are
acknowledged.

It does not know what the records say. A terminal without network charges on; nothing here ever stops a
session.
"""

from ..errors import BatchTooLarge, LedgerError, UplinkError
from ..ledger import spans
from ..session import events
from ..uplink import address, backoff
from .inbox import NOTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from hal.ports import Board, Stream

    from ..ledger.outbox import Outbox
    from ..ledger.spans import Span
    from ..uplink.http import ResponseParser
    from .inbox import Inbox
    from .orders import Orders

    Headers = list[tuple[str, str]]
    # Path and headers.
    Target = tuple[str, Headers]
    # How long a request's body is, and what gives it in blocks, as often as it is sent.
    Body = tuple[int, Callable[[], Iterable[bytes]]]

READ_BYTES = 512
# Beyond its first record a batch holds no more than this: what is cut off on the way is sent again.
BATCH_BYTES = 16384
LINGER_MS = 5000
# No office closes a connection that is used so often.
KEPT_MS = 60000
# A fault is taken back when it went well for so long, and each time for twice as long up to a day: one that
# comes and goes would fill the ledger with itself.
CALM_MS = 3600000
LONGEST_CALM_MS = 86400000
# A batch that was refused for its size is halved; so many that are taken double it.
DARE_AFTER = 8


class Uploader:
    """The one user of the network."""

    def __init__(
        self,
        board: "Board",
        config: "Any",
        ca: "bytes | None",
        inbox: "Inbox",
        outbox: "Outbox",
        on_acknowledged: "Callable[[], None]",
        known: "Callable[[], dict[str, Any]]",
    ) -> None:
        """Take the parts; `on_acknowledged` is called after each answer, `known` returns the summary."""
        self._network = board.network
        self._clock = board.clock
        self._entropy = board.entropy
        self._signer = board.signer
        self._inbox = inbox
        self._config = config
        self._outbox = outbox
        self._on_acknowledged = on_acknowledged
        self._known = known
        # The record for which the office asked last, and the gap that the terminal was asked to name.
        self._asked_seq = 0
        self._noted: "tuple[int, int] | None" = None
        self._wake = board.tasks.event()
        # What speaks with the operator, once its key is known, and who keeps that key.
        self.orders: "Orders | None" = None
        self.on_operator: "Callable[[Any], None] | None" = None
        scheme, self._host, self._port = address.parse(config.office_url)
        self._named = address.named(scheme, self._host, self._port)
        self._ca = ca
        self._stream: "Stream | None" = None
        # Whether it has carried no answer yet: then a failure on it is no sign of its age.
        self._is_fresh = True
        self._most_records: int = config.upload_batch
        self._taken = 0
        self._failures = 0
        self._told: "bool | None" = None
        self._failed_ms = 0
        self._calm_ms = CALM_MS
        self._come_back_s: "int | None" = None

    def wake(self) -> None:
        """Say that there is something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is pending, wait, and begin again."""
        while True:
            try:
                await self._deliver()
                if self.orders:
                    await self.orders.ask(self._get)
                self._succeeded()
                await self._rest()
            except (OSError, LedgerError, UplinkError) as error:
                self._hang_up()
                self._failed(error)
                await self._clock.sleep_ms(1000 * self._pause_s())

    async def _deliver(self) -> None:
        """Send batch after batch until nothing is pending. UplinkError when it takes nothing."""
        has_gone_back = False
        while self._outbox.pending():
            self._wake.clear()
            before = self._outbox.acknowledged
            # First the way to the office: without one there is no use in looking for what to send.
            await self._connected()
            batch = self._outbox.batch(self._most_records, BATCH_BYTES)
            gap = self._outbox.gap()
            proof: "list[Span]" = []
            if gap and (gap[0] == self._asked_seq or not batch):
                proof = self._proof(gap, batch)
                if not proof:
                    await self._wake.wait_ms(LINGER_MS)
                    continue
            try:
                answer = await self._send(proof + batch)
            except BatchTooLarge as error:
                self._send_less(batch, error)
                continue
            self._send_more()
            self._come_back_s = answer.get("come_back_s")
            if self.orders:
                self.orders.hear(answer)
            self._asked_seq = answer["next_seq"]
            self._go_on(self._asked_seq, self._outbox.batch_seq + len(batch))
            self._on_acknowledged()
            if "line" in answer:
                told = (answer["next_seq"], answer["reason"])
                raise UplinkError("the office refuses record %d: %s; have it looked at" % told)
            if gap and not proof and gap[0] == self._asked_seq:
                # It does not have what is missing here: it gets that in writing.
                continue
            if self._outbox.acknowledged < before and not has_gone_back:
                # It lost what came after, and gets it again.
                has_gone_back = True
            elif self._outbox.acknowledged <= before:
                raise UplinkError("the office goes on asking for record %d" % answer["next_seq"])

    def _proof(self, gap: "tuple[int, int]", batch: "list[Span]") -> "list[Span]":
        """Return the record that names the lost ones, which travels ahead of its turn, and what it needs;
        nothing while it has to be written.
        """
        # In memory only while records are missing.
        from . import damage

        found = damage.proof(self._outbox, self._known(), gap)
        if found:
            return found
        if self._noted != gap:
            if damage.put_back(self._outbox, self._config.id, self._known()["key"]):
                return []
            self._noted = gap
            told = damage.members(self._outbox, self._known(), gap, batch)
            self._inbox.post((NOTE, ("ledger.damaged", told)))
        return []

    def _go_on(self, next_seq: int, sent: int) -> None:
        """Go on where the office says, but take nothing for delivered that was not sent (up to before
        `sent`): of a ledger that another wrote under this key the numbers are known and the records are not.
        """
        self._outbox.acknowledge(next_seq)
        if next_seq > sent:
            self._outbox.acknowledge(sent)

    def _send_less(self, batch: "list[Span]", error: BatchTooLarge) -> None:
        """Halve the batches. UplinkError where a single record is too large already."""
        if len(batch) == 1:
            told = (error, self._outbox.acknowledged + 1, spans.size_bytes(batch))
            raise UplinkError(
                "%s; this was record %d alone, %d bytes: have the limit raised, there or at a proxy" % told
            )
        self._most_records = len(batch) // 2
        self._taken = 0

    def _send_more(self) -> None:
        """Count a batch that was taken; after some of them dare twice as many records again."""
        self._taken += 1
        if self._taken % DARE_AFTER == 0:
            self._most_records = min(2 * self._most_records, self._config.upload_batch)

    async def _send(self, batch: "list[Span]") -> "dict[str, Any]":
        """Send a batch; a terminal that the office does not know enrols first when it was given a code."""
        target = _address_of_records(self._config.id)
        body = (spans.size_bytes(batch), lambda: self._outbox.blocks(batch))
        status, told = await self._post(target, body)
        if status == 404 and self._config.enrol_code:
            await self._enrol()
            status, told = await self._post(target, body)
        return _answer(status, told)

    async def _enrol(self) -> None:
        # In memory only for this once.
        from ..uplink import enrolment

        told = enrolment.body(self._config.enrol_code, self._signer.public_key())
        target = enrolment.path(self._config.id), [("content-type", enrolment.CONTENT_TYPE)]
        key = enrolment.answer(*await self._post(target, (len(told), lambda: (told,))))
        if key and self.on_operator:
            self.on_operator(key)

    async def _get(self, path: str, headers: "Headers") -> "tuple[int, bytes]":
        """Ask for a path and return (status, body)."""
        return await self._post((path, headers), (0, lambda: ()))

    async def _post(self, target: "Target", body: "Body") -> "tuple[int, bytes]":
        """Send one request to a path with headers (a GET where it has no body) and return (status, body),
        over the connection that is open if it still is.
        """
        reused = self._stream is not None and not self._is_fresh
        try:
            return await self._exchange(target, body)
        except OSError:
            self._hang_up()
            if not reused:
                raise
        return await self._exchange(target, body)

    async def _exchange(self, target: "Target", body: "Body") -> "tuple[int, bytes]":
        timeout_ms = self._config.office_timeout_ms
        stream = await self._connected()
        await stream.write(_head(target, self._named, body[0]), timeout_ms)
        for block in body[1]():
            await stream.write(block, timeout_ms)
        parser = _parser()
        while parser.response is None:
            content = await stream.read(READ_BYTES, timeout_ms)
            if content:
                parser.feed(content)
            else:
                parser.finish()
        self._is_fresh = False
        if not parser.reusable:
            self._hang_up()
        status, _headers, answer = parser.response
        return status, answer

    async def _connected(self) -> "Stream":
        """Return the connection, which is opened where there is none."""
        if self._stream is None:
            timeout_ms = self._config.office_timeout_ms
            self._stream = await self._network.connect(self._host, self._port, self._ca, timeout_ms)
            self._is_fresh = True
        return self._stream

    def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    async def _rest(self) -> None:
        """Wait for something new, on an open connection for a moment, or as long as it is used again soon."""
        idle_ms = self.orders.idle_ms() if self.orders else 1000 * self._config.upload_idle_s
        if idle_ms <= KEPT_MS or not await self._wake.wait_ms(LINGER_MS):
            if idle_ms > KEPT_MS:
                self._hang_up()
            await self._wake.wait_ms(idle_ms)
        self._wake.clear()

    def _succeeded(self) -> None:
        self._failures = 0
        if self._told:
            if self._clock.elapsed_ms(self._failed_ms) < self._calm_ms:
                return
            self._calm_ms = min(2 * self._calm_ms, LONGEST_CALM_MS)
        if self._told is not False:
            self._told = False
            self._inbox.post((events.FAULT_CLEARED, {"fault": "uplink"}))

    def _failed(self, error: Exception) -> None:
        """Count the failure; one that the office explains is told, bad weather is not."""
        self._failures += 1
        self._failed_ms = self._clock.ticks_ms()
        if not isinstance(error, OSError) and self._told is not True:
            self._told = True
            self._inbox.post((events.FAULT, {"fault": "uplink", "what": str(error)}))

    def _pause_s(self) -> int:
        """Return how long to wait; a hint of the office counts once."""
        hint_s, self._come_back_s = self._come_back_s, None
        return backoff.pause_s(self._failures, self._config.upload_retry_s, hint_s, self._entropy.random(4))


# What speaks HTTP is in memory only while it speaks.


def _address_of_records(terminal: str) -> "Target":
    from ..uplink import records

    return records.path(terminal), [("content-type", records.CONTENT_TYPE)]


def _answer(status: int, told: bytes) -> "dict[str, Any]":
    from ..uplink import records

    return records.answer(status, told)


def _head(target: "Target", host: str, body_bytes: int) -> bytes:
    from ..uplink import http

    return http.head("POST" if body_bytes else "GET", target[0], host, target[1], body_bytes)


def _parser() -> "ResponseParser":
    from ..uplink import http

    return http.ResponseParser()
