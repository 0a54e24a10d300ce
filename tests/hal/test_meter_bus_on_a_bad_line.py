"""The bad line's faults as the bus meets them: byte by byte at 9600 baud, in a time of its own.

It does not know what a fault is; tests/firmware/metering/bad_line.py does.
"""

from collections.abc import Iterator

import pytest

from firmware.errors import MeteringError
from firmware.metering import modbus
from hal.common import rtu_bus
from hal.common.ticks import TICKS_MASK
from hal.common.waiting import coroutine
from tests.firmware.metering import bad_line

BAUD = 9600
BYTE_US = 10 * 1_000_000 // BAUD
TURN_US = 4_000
POLLS = 2_000
# An echo of the last one's question for its energy looks like the answer.
MODELS = ("eastron-sdm630", "abb-b23", "carlo-gavazzi-em24", "schneider-iem3155")


class Wire:
    """A port whose bytes come in one after the other; whoever waits moves the time."""

    def __init__(self) -> None:
        self.us = 0
        self.answer = b""
        self._coming: list[tuple[int, int]] = []

    @coroutine
    def pause_ms(self, duration_ms: int) -> Iterator[None]:
        self.us += 1000 * duration_ms
        yield from ()

    def write(self, content: bytes) -> None:
        begin_us = self.us + BYTE_US * len(content) + TURN_US
        self._coming += [(begin_us + BYTE_US * (i + 1), octet) for i, octet in enumerate(self.answer)]

    def read_now(self) -> bytes:
        return self._taken(1000)

    def fill(self, content: bytearray, begin: int) -> int:
        taken = self._taken(len(content) - begin)
        content[begin : begin + len(taken)] = taken
        return begin + len(taken)

    @coroutine
    def wait(self, wanted: int, timeout_ms: int) -> Iterator[None]:
        end_us = self.us + 1000 * timeout_ms
        self.us = max(self.us, min(end_us, self._coming[0][0])) if self._coming else end_us
        yield from ()

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        await self.wait(limit, timeout_ms)
        return self._taken(limit)

    def _taken(self, limit: int) -> bytes:
        here = [octet for at_us, octet in self._coming if at_us <= self.us][:limit]
        del self._coming[: len(here)]
        return bytes(here)


class OnTheBus(bad_line.BadLine):
    """The bad line with a bus before it, in place of what the line brought in one piece."""

    def __init__(self, model: str, seed: int, wire: Wire) -> None:
        super().__init__(model, seed)
        self.wire = wire
        self.bus = rtu_bus.RtuBus(wire, BAUD, "N", 0)

    def _block(self, read, fault):
        function, address, count = read
        request = modbus.read_request(bad_line.UNIT, function, address, count)
        sound = self.meter.answer(request, bad_line.UNIT)
        self.wire.answer = bytes(self._spoiled(request, sound, fault))
        self._last = sound
        room = bytearray(modbus.response_size(function, count))
        with pytest.raises(StopIteration):
            next(self.bus.transact(request, room, 500).__await__())
        try:
            return modbus.parse_response(bad_line.UNIT, function, count, room[: self.bus.received], address)
        except MeteringError:
            # As the terminal does before it asks again.
            self.wire.us += 1_000_000
            raise


@pytest.mark.parametrize(("seed", "model"), list(enumerate(MODELS)))
def test_no_wrong_reading_gets_through_and_no_sound_one_is_lost_to_noise(seed, model, monkeypatch) -> None:
    wire = Wire()
    monkeypatch.setattr(rtu_bus, "now_us", lambda: wire.us & TICKS_MASK)
    monkeypatch.setattr(rtu_bus, "now_ms", lambda: wire.us // 1000 & TICKS_MASK)
    monkeypatch.setattr(rtu_bus, "pause_ms", wire.pause_ms)
    line = OnTheBus(model, seed, wire)
    for _ in range(POLLS):
        line.poll()
    assert line.wrong == [] and sum(sum(tally) for tally in line.tally.values()) == POLLS
    for fault in ("none", "echo"):
        sound, refused, _wrong = line.tally[fault]
        assert sound > 100 and refused == 0, (fault, line.tally[fault])
    for fault in ("few bits", "burst", "truncated", "refused", "silent"):
        assert line.tally[fault][0] == 0, (fault, line.tally[fault])
