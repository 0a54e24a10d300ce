"""The line to the energy meter, after "Modbus over Serial Line" V1.02: silence, request, response.

It does not know the port, which carries bytes, nor what a register means.
"""

from firmware.metering import modbus
from hal.common.master import ANSWERED, Master
from hal.common.ticks import TICKS_MASK, between_ms, now_ms, now_us
from hal.common.waiting import coroutine, pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any, Protocol

    class Port(Protocol):
        """A serial port: all of it raises OSError when it is gone, and opens it again the next time."""

        def read_now(self) -> bytes:
            """Return what has come in."""

        def fill(self, content: bytearray, begin: int) -> int:
            """Put what has come in from `begin` on, as far as there is room; return where it ends."""

        def wait(self, wanted: int, timeout_ms: int) -> "Coroutine[Any, Any, None]":
            """Wait until something came in, of which `wanted` bytes are all, or less; at most so long."""

        async def read(self, limit: int, timeout_ms: int) -> bytes:
            """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""

        def write(self, content: bytes) -> None:
            """Send, and on a line with a direction turn it back to listening."""


# 2.5.1.1: above 19,200 baud the silence is fixed.
FAST_BAUD = 19200
FAST_SILENCE_US = 1750


class RtuBus(Master):
    """The one master of a Modbus RTU line, for one task at a time."""

    def __init__(self, port: "Port", baud: int, parity: str, idle_ms: int) -> None:
        Master.__init__(self, _Line(port, baud, parity, idle_ms))


class _Line:
    """What passes on the line: `request`, and its `answer`, of which so many bytes were `received`.

    It does not know the bus: a coroutine that did would hold its own port open.
    """

    def __init__(self, port: "Port", baud: int, parity: str, idle_ms: int) -> None:
        self._port = port
        self._byte_us = (10 if parity == "N" else 11) * 1_000_000 // baud
        silence_us = FAST_SILENCE_US if baud > FAST_BAUD else 7 * self._byte_us // 2
        # A meter that reboots when it is polled too fast is given more than the standard asks for.
        self._gap_us = max(silence_us, 1000 * idle_ms)
        self._busy_us = now_us()
        self.request = b""
        self.answer = bytearray()
        self.timeout_ms = self.received = 0

    @coroutine
    def exchanges(self) -> "Generator[Any, Any, None]":
        """Yield what has to be waited for, ANSWERED when the answer is there, and so on with each request."""
        while True:
            began_ms = now_ms()
            left_ms = self._missing_silence_ms()
            while left_ms > 0 and between_ms(began_ms, now_ms()) <= self._gap_us // 1000 + self.timeout_ms:
                yield from pause_ms(left_ms)
                left_ms = self._missing_silence_ms()
            if left_ms > 0:
                self.received = 0
                yield ANSWERED
                continue
            self._port.write(self.request)
            answer, size = self.answer, len(self.answer)
            end, began_ms, patience_ms = 0, now_ms(), self.timeout_ms + self._wire_ms(len(self.request))
            left_ms, goes_on = patience_ms, True
            while goes_on and left_ms > 0:
                came = self._port.fill(answer, end)
                if came == end:
                    yield from self._port.wait(size - end, left_ms)
                else:
                    if not end:
                        began_ms, patience_ms = now_ms(), self.timeout_ms + self._wire_ms(size)
                    end = came
                    goes_on = modbus.may_go_on(self.request, answer, end)
                    if goes_on:
                        # To be woken for each of the missing bytes would cost more than they are worth.
                        yield from pause_ms(self._wire_ms(size - end))
                left_ms = patience_ms - between_ms(began_ms, now_ms())
            # Nearly always it is there now and begins as it should: then nothing of it is moved.
            if end and (
                end < size
                or not modbus.may_begin(self.request, answer, 0, size)
                or modbus.is_echo(self.request, answer, size)
            ):
                content = yield from self._receive_rest(answer[:end], left_ms)
                end = len(content)
                answer[:end] = content
            self._busy_us = now_us()
            self.received = end
            yield ANSWERED

    def _missing_silence_ms(self) -> int:
        """Throw stale bytes away; return for how long the line has to be silent yet, rounded up.

        It is reckoned in microseconds: a millisecond that has just begun would pass for a whole one.
        """
        checked_us = now_us()
        if self._port.read_now():
            self._busy_us = checked_us
        left_us = self._gap_us - (checked_us - self._busy_us & TICKS_MASK)
        return -(-left_us // 1000)

    async def _receive_rest(self, content: bytearray, patience_ms: int) -> bytearray:
        """Return the answer in what came and is to come.

        What lies before the answer is thrown away: an echo of the request, noise, a late answer.
        """
        request, size = self.request, len(self.answer)
        began_ms = now_ms()
        start = modbus.start_of_answer(request, content, size)
        while len(content) - start < size and not modbus.is_refusal(content, start):
            missing = start + size - len(content)
            if patience_ms > 0:
                await pause_ms(self._wire_ms(missing))
            left_ms = patience_ms - between_ms(began_ms, now_ms())
            received = await self._port.read(missing, left_ms) if left_ms > 0 else b""
            if not received:
                break
            content += received
            start = modbus.start_of_answer(request, content, size)
        return content[start : start + size]

    def _wire_ms(self, count: int) -> int:
        return -(-count * self._byte_us // 1000)
