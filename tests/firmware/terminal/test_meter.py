"""Proves that what a meter says again is looked at once, and that nothing else passes unseen for that.

It does not know wires: the bus answers as the model of the meter does, or spoils it.
"""

from emulator.models.meter import Meter as Model
from firmware.config import from_document
from firmware.errors import MeteringError
from firmware.metering import modbus, models, refusals
from firmware.session import events
from firmware.terminal.meter import Meter
from tests.firmware.terminal.desk import Desk

CONFIG = {"id": "KT-0001", "board": "bench", "tariffs": [], "meter_tries": 1, "meter_poll_ms": 10000}
POWER_W = 3600


class Tariffs:
    """Tariffs that ask for no current."""

    ask_current = False


class Bus:
    """The `MeterBus` port over the model, whose answers it spoils where it is told to."""

    def __init__(self, kernel, model):
        self._kernel = kernel
        self.model = Model(model, "1", 5000)
        self.spoil = lambda answer: answer
        self.received = 0

    async def transact(self, request, answer, timeout_ms):
        await self._kernel.sleep_ms(1)
        content = self.spoil(self.model.answer(request, 1))[: len(answer)]
        self.received = len(content)
        answer[: self.received] = content


class Line:
    """A terminal's meter that is watched, and what of its answers is checked and decoded."""

    def __init__(self, model="eastron-sdm630", **told):
        self.desk = Desk()
        self.bus = Bus(self.desk.kernel, model)
        ports = self.desk.board()
        ports.meter_bus = self.bus
        settings = {"meter_model": model}
        settings.update(CONFIG)
        settings.update(told)
        self.meter = Meter(ports, from_document(settings), self.desk.inbox, Tariffs())
        self.meter.pin("1", None, None, False)
        self.meter.watch(True)
        self._is_running = False

    def run(self, seconds):
        """Let it read for so long, and return the registers and faults of that time."""
        self.desk.told.clear()
        if self._is_running:
            end = self.desk.kernel.spawn(self._wait(1000 * seconds))
            self.desk.kernel.run_until(end.done)
        else:
            self._is_running = True
            self.desk.run(self.meter.run(), until_ms=1000 * seconds)
        return [
            facts["wh"] if kind == events.READING else kind
            for _at, (kind, facts) in self.desk.told
            if kind in (events.READING, events.FAULT)
        ]

    async def _wait(self, duration_ms):
        await self.desk.kernel.sleep_ms(duration_ms)


def counting(module, name, calls):
    """Count the calls of a module's function, and return what undoes that."""
    real = getattr(module, name)

    def counted(*args):
        calls.append(name)
        return real(*args)

    setattr(module, name, counted)
    return lambda: setattr(module, name, real)


def test_the_same_answer_is_checked_and_decoded_once_and_another_one_again():
    calls = []
    undo = [counting(modbus, "check_response", calls), counting(models, "decode", calls)]
    line = Line()
    try:
        assert set(line.run(100)) == {5000}
        # The serial number's answer, and the reading's.
        assert calls == ["check_response", "check_response", "decode"]
        line.bus.model.advance(1000, POWER_W)
        assert set(line.run(50)) == {5001}
        assert calls[3:] == ["check_response", "decode"]
    finally:
        for each in undo:
            each()


def damage(place):
    """Return what changes one bit of an answer, in a byte that all answers have."""
    return lambda answer: answer[:place] + bytes((answer[place] ^ 0x10,)) + answer[place + 1 :]


def test_a_damaged_answer_after_many_sound_ones_is_no_reading():
    line = Line()
    line.run(50)
    for place in (0, 1, 2, 3, 8):
        line.bus.spoil = damage(place)
        assert 5000 not in line.run(70), place
        line.bus.spoil = lambda answer: answer
        assert 5000 in line.run(70), place


def test_silence_is_no_reading_and_not_the_one_before():
    line = Line()
    line.run(50)
    line.bus.spoil = lambda answer: b""
    assert line.run(70) == [events.FAULT]


def test_an_answer_that_stops_a_reading_half_way_leaves_nothing_of_it_behind():
    def stopped(model, answers, reading, is_framed):
        reading.power_w = 1
        raise MeteringError("no energy")

    line = Line()
    line.run(50)
    line.bus.model.advance(1000, POWER_W)
    real, models.decode = models.decode, stopped
    try:
        assert 5001 not in line.run(70)
    finally:
        models.decode = real
    # The very answer comes again that was known before.
    line.bus.model.advance(-1000, POWER_W)
    line.bus.model.advance(0, 0)
    assert 5000 in line.run(70)
    readings = [facts for _at, (kind, facts) in line.desk.told if kind == events.READING]
    assert {reading["power_w"] for reading in readings} == {0}


def test_another_meter_that_shows_the_same_is_seen():
    line = Line()
    line.run(50)
    line.bus.model.swap("2", 5000)
    line.run(700)
    assert [kind for _at, (kind, facts) in line.desk.told].count(events.FAULT) == 1


def test_a_number_that_is_refused_for_once_is_asked_for_again():
    for model in ("janitza-b23", "eastron-sdm630"):
        for code in (4, 6, 10, 11):
            line = Line(model)
            line.run(590)
            refusals_left = [1]

            def refuse_the_number(answer, code=code, left=refusals_left):
                # Of two registers; a reading has more.
                if len(answer) != modbus.response_size(3, 2) or not left[0]:
                    return answer
                left[0] = 0
                return modbus.with_crc(bytes((1, answer[1] | 0x80, code)))

            line.bus.spoil = refuse_the_number
            faults = [each for each in line.run(50) if each == events.FAULT]
            assert not refusals_left[0] and faults == [events.FAULT], (model, code)
            assert line.meter.reason != refusals.EXCHANGED, (model, code)


def test_a_meter_that_never_has_a_number_is_served_and_one_that_had_one_is_another():
    for pinned, is_served in (("", True), ("1", False)):
        line = Line()
        line.meter.pin(pinned, None, None, False)
        line.bus.model._areas = [area for area in line.bus.model._areas if area[1] != 0xFC00]
        assert (events.FAULT not in line.run(50)) == is_served, pinned
        assert is_served or line.meter.reason == refusals.EXCHANGED


def test_a_jump_is_bounded_by_what_the_meter_is_rated_for_where_nothing_else_is_told():
    # In 10 s and the 5 that a meter may be late 316 Wh at 100 A, 205 at 65 A, 1667 at 400 kW.
    for model, told, is_believed in (
        ("eastron-sdm630", {}, False),
        ("abb-b23", {}, False),
        ("abb-b24", {}, True),
        ("eastron-sdm630", {"fuse_a": 250}, True),
        ("abb-b23", {"max_power_w": 150000}, True),
        ("abb-b24", {"fuse_a": 32}, False),
    ):
        line = Line(model, **told)
        line.run(50)
        line.bus.model.advance(3_600_000, 500)
        assert (5500 in line.run(25)) == is_believed, (model, told)


def told(line, seconds):
    """Return the faults of a time, each with whether it was told before as another one."""
    line.run(seconds)
    return [
        (facts["what"][:20], facts["known"]) for _at, (kind, facts) in line.desk.told if kind == events.FAULT
    ]


def test_a_silence_behind_which_another_meter_comes_is_told_as_that_too():
    line = Line()
    line.run(50)
    line.bus.spoil = lambda answer: b""
    assert told(line, 70) == [("the meter did not an", False)]
    assert line.meter.reason == refusals.SILENT
    line.bus.model.swap("2", 5000)
    line.bus.spoil = lambda answer: answer
    assert told(line, 70) == [("the meter is 2, not ", True)]
    assert line.meter.reason == refusals.EXCHANGED
    # What is less is not told again.
    line.bus.spoil = lambda answer: b""
    assert told(line, 70) == [] and line.meter.reason == refusals.EXCHANGED


def test_a_meter_that_is_back_is_told_anew_of_its_next_fault():
    line = Line()
    line.run(50)
    line.bus.model.fault = "backwards"
    assert told(line, 70) == [("meter 1: backwards, ", False)]
    assert line.meter.reason == refusals.SET_BACK
    line.bus.model.fault = "none"
    assert told(line, 70) == []
    line.bus.model.fault = "exception"
    assert told(line, 70) == [("the meter refused wi", False)]
    assert line.meter.reason == refusals.REFUSES
