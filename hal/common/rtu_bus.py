"""The line to the energy meter, after "Modbus over Serial Line" V1.02: silence, request, response.

It does not know the port, which carries bytes, nor what a register means.
"""

from firmware.metering import modbus
from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Port(Protocol):
        """A serial port: all three raise OSError when it is gone, and open it again the next time."""

        def read_now(self) -> bytes:
            """Return what has come in."""

        async def read(self, limit: int, timeout_ms: int) -> bytes:
            """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""

        def write(self, content: bytes) -> None:
            """Send, and on a line with a direction turn it back to listening."""


# 2.5.1.1: above 19,200 baud the silence is fixed.
FAST_BAUD = 19200
FAST_SILENCE_US = 1750


class RtuBus:
    """The one master of a Modbus RTU line."""

    def __init__(self, port: "Port", baud: int, parity: str, idle_ms: int) -> None:
        self._port = port
        self._byte_us = (10 if parity == "N" else 11) * 1_000_000 // baud
        silence_us = FAST_SILENCE_US if baud > FAST_BAUD else 7 * self._byte_us // 2
        # A meter that reboots when it is polled too fast is given more than the standard asks for.
        self._gap_ms = max(-(-silence_us // 1000), idle_ms)
        self._busy_ms = now_ms()

    async def transact(self, request: bytes, response_size: int, timeout_ms: int) -> bytes:
        """Send a request and return what came back, as `ports.MeterBus` says. Raises OSError."""
        if not await self._fall_silent(timeout_ms):
            return b""
        self._port.write(request)
        answer = await self._port.read(response_size, timeout_ms + self._wire_ms(len(request)))
        # Nearly always it came in one piece and begins as it should: then nothing of it is moved.
        if answer and (
            len(answer) < response_size or not modbus.may_begin(request, answer, 0, response_size)
        ):
            answer = await self._receive_rest(request, answer, response_size, timeout_ms)
        self._busy_ms = now_ms()
        return answer

    async def _fall_silent(self, timeout_ms: int) -> bool:
        """Throw stale bytes away until the line was silent for the gap; return False when it never is."""
        began_ms = checked_ms = now_ms()
        while True:
            if self._port.read_now():
                self._busy_ms = checked_ms
            left_ms = self._gap_ms - between_ms(self._busy_ms, checked_ms)
            if left_ms <= 0:
                return True
            if between_ms(began_ms, checked_ms) > self._gap_ms + timeout_ms:
                return False
            await pause_ms(left_ms)
            checked_ms = now_ms()

    async def _receive_rest(self, request: bytes, content: bytes, size: int, timeout_ms: int) -> bytes:
        """Sleep for as long as the missing bytes need on the wire, instead of waking for each of them.

        What lies before the answer is thrown away: an echo of the request, noise, a late answer.
        """
        began_ms = now_ms()
        patience_ms = timeout_ms + self._wire_ms(size)
        start = modbus.start_of_answer(request, content, size)
        while len(content) - start < size and not modbus.is_refusal(content, start):
            missing = start + size - len(content)
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
