"""Holds the meter's line of every board against the port, over a pseudo-terminal with a scripted meter.

The frames: unit 1, function 4, 74 registers from 0 (an SDM630 at once), 153 bytes back.
"""

import os
import pty
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from firmware.errors import BoardError, MeteringError
from firmware.metering import modbus
from hal.common import rtu_bus
from hal.linux.meter_bus import open_meter_bus
from tests.hal.seats import ALL, Seat, finish, seats
from tests.hal.wire import Answer, Wire

REQUEST = modbus.read_request(1, 4, 0, 74)
ANSWER = modbus.with_crc(bytes((1, 4, 148)) + bytes(range(148)))
SIZE = modbus.response_size(4, 74)
REFUSAL = modbus.with_crc(bytes((1, 0x84, 2)))
BAUD = 9600


@contextmanager
def wire(*answers: Answer) -> Iterator[Wire]:
    line = Wire(len(REQUEST), answers)
    try:
        yield line
    finally:
        line.hang_up()


def ask(timeout_ms: int = 500, pause_ms: int = 0) -> str:
    return f"{REQUEST.hex()},{SIZE},{timeout_ms},{pause_ms}"


def asked(seat: Seat, line: Wire, *requests: str, idle_ms: int = 0) -> list:
    return seat.results("buses:bus", line.path, BAUD, idle_ms, *requests)


@seats(*ALL)
def test_an_answer_comes_whole_in_one_piece_or_in_several(seat: Seat) -> None:
    pieces: Sequence[Answer] = (
        [(0, ANSWER)],
        [(0.02, ANSWER[:1]), (0.03, ANSWER[1:100]), (0.03, ANSWER[100:])],
        [(0.1, ANSWER[:5]), (0.05, ANSWER[5:152]), (0.01, ANSWER[152:])],
    )
    with wire(*pieces) as line:
        said = asked(seat, line, ask(), ask(), ask())
        assert [answer for answer, _ in said] == [ANSWER.hex()] * 3
        assert line.heard == [REQUEST] * 3


@seats(*ALL)
def test_silence_ends_with_the_time_out_and_a_torn_answer_is_given_as_it_is(seat: Seat) -> None:
    with wire([], [(0, ANSWER[:50])]) as line:
        (silence, silent_ms), (torn, torn_ms) = asked(seat, line, ask(200), ask(200))
        # The request takes 8.4 ms on the wire at 9600 baud, the answer 160 ms.
        assert (silence, 200 <= silent_ms < 400) == ("", True)
        assert (torn, 200 <= torn_ms < 700) == (ANSWER[:50].hex(), True)


@seats(*ALL)
def test_stale_bytes_and_late_answers_are_thrown_away(seat: Seat) -> None:
    # The first answer comes 150 ms after its time-out of 100 ms is over, when nobody waits for it.
    with wire([(0.25, b"\x01\x04too late")], [(0, ANSWER)]) as line:
        line.send(b"noise before anything was asked")
        said = asked(seat, line, ask(100), ask(500, 300))
        assert [answer for answer, _ in said] == ["", ANSWER.hex()]
        assert line.heard == [REQUEST] * 2


@seats(*ALL)
def test_an_answer_never_holds_more_than_was_asked_for(seat: Seat) -> None:
    with wire([(0, ANSWER + b"more")], [(0, ANSWER)]) as line:
        said = asked(seat, line, ask(), ask())
        assert [answer for answer, _ in said] == [ANSWER.hex()] * 2


@seats(*ALL)
def test_an_answer_is_found_behind_an_echo_noise_and_a_late_one(seat: Seat) -> None:
    late = modbus.with_crc(bytes((1, 4, 4)) + bytes(4))
    pieces: Sequence[Answer] = (
        [(0, REQUEST + ANSWER)],
        [(0, REQUEST), (0.05, ANSWER)],
        [(0, b"\x00\xff"), (0.02, ANSWER + b"\xff")],
        [(0, late), (0.05, ANSWER)],
    )
    with wire(*pieces) as line:
        said = asked(seat, line, *[ask(500, 50)] * 4)
        assert [answer for answer, _ in said] == [ANSWER.hex()] * 4


@seats(*ALL)
@pytest.mark.parametrize("gap_s", [0, 0.03])
def test_an_echo_that_looks_like_the_answer_is_passed_over(seat: Seat, gap_s: float) -> None:
    # The iEM3155's energy, whose answer has as many bytes as its address has in front, and a write.
    read = modbus.read_request(1, 3, 0x0C83, 6)
    energy = modbus.with_crc(bytes.fromhex("01030c") + bytes(4) + bytes.fromhex("3ade68b1") + bytes(4))
    write = modbus.write_request(1, 0x7040, [0x42])
    written = modbus.with_crc(write[:6])
    for request, answer in ((read, energy), (write, written)):
        line = Wire(len(request), [[(0, request), (gap_s, answer)]] * 2)
        one = f"{request.hex()},{len(answer)},500,50"
        said = asked(seat, line, one, one)
        line.hang_up()
        assert [got for got, _ in said] == [answer.hex()] * 2


@seats(*ALL)
def test_an_answer_to_another_master_is_not_taken_for_ours(seat: Seat) -> None:
    foreign = modbus.with_crc(bytes.fromhex("01040100004a"))
    with wire([(0, foreign + ANSWER)]) as line:
        ((answer, _),) = asked(seat, line, ask(100))
        assert answer != ANSWER.hex()
        with pytest.raises(MeteringError):
            modbus.parse_response(1, 4, 74, bytes.fromhex(answer))


@seats(*ALL)
def test_a_refusal_is_not_waited_out(seat: Seat) -> None:
    with wire([(0, REFUSAL)]) as line:
        ((answer, elapsed_ms),) = asked(seat, line, ask(3000))
        assert (answer, elapsed_ms < 1000) == (REFUSAL.hex(), True)


@seats(*ALL)
def test_a_question_that_was_given_up_leaves_the_line_to_the_next_one(seat: Seat) -> None:
    with wire([(0, ANSWER[:20]), (0.3, ANSWER[20:])], [(0, ANSWER)], [], [(0, ANSWER)]) as line:
        given_up = ask(1000) + ",60"
        said = asked(seat, line, given_up, ask(500, 500), given_up, ask(500))
        assert [answer for answer, _ in said] == ["cancelled", ANSWER.hex(), "cancelled", ANSWER.hex()]
        assert line.heard == [REQUEST] * 4


@seats(*ALL)
@pytest.mark.parametrize("parity", ["N", "E", "O"])
def test_a_pseudo_terminal_is_opened_again_and_again_with_any_parity(seat: Seat, parity: str) -> None:
    with wire(*[[(0, ANSWER)]] * 2) as line:
        for _ in range(2):
            ((answer, _),) = seat.results("buses:bus", line.path, f"{BAUD}/{parity}", 0, ask())
            assert answer == ANSWER.hex()


@seats(*ALL)
def test_the_idle_gap_lies_between_an_answer_and_the_next_request(seat: Seat) -> None:
    with wire(*[[(0, ANSWER)]] * 3) as line:
        asked(seat, line, ask(), ask(), ask(), idle_ms=80)
        gaps_s = [line.asked_s[n + 1] - line.answered_s[n] for n in range(2)]
        assert all(0.079 <= gap_s < 0.4 for gap_s in gaps_s), gaps_s


class ExactPort:
    """A port that answers at once, and writes down when it was asked."""

    def __init__(self, clock: "ExactClock") -> None:
        self.clock, self.asked_us = clock, list[int]()

    def read_now(self) -> bytes:
        return b""

    def write(self, content: bytes) -> None:
        self.asked_us.append(self.clock.us)

    def fill(self, content: bytearray, begin: int) -> int:
        content[:] = ANSWER
        return len(ANSWER)


class ExactClock:
    """A clock that moves when somebody waits."""

    def __init__(self, us: int) -> None:
        self.us = us

    def pause_ms(self, duration_ms: int) -> Iterator[None]:
        self.us += 1000 * duration_ms
        yield from ()


@pytest.mark.parametrize(("baud", "silence_us"), [(9600, 3640), (19200, 1820), (38400, 1750)])
def test_the_silence_is_not_short_of_three_and_a_half_characters(baud, silence_us, monkeypatch) -> None:
    # Modbus over Serial Line V1.02, 2.5.1.1: 36.46 bits at 9600 baud, and 1.75 ms above 19,200.
    for phase_us in range(0, 1000, 37):
        clock = ExactClock((1 << 30) - 3000 + phase_us)
        monkeypatch.setattr(rtu_bus, "now_us", lambda clock=clock: clock.us % (1 << 30))
        monkeypatch.setattr(rtu_bus, "now_ms", lambda clock=clock: clock.us // 1000 % (1 << 30))
        monkeypatch.setattr(rtu_bus, "pause_ms", clock.pause_ms)
        port = ExactPort(clock)
        bus = rtu_bus.RtuBus(port, baud, "N", 0)
        begun_us = clock.us
        for _ in range(3):
            clock.us += 150 + phase_us
            with pytest.raises(StopIteration):
                next(bus.transact(REQUEST, bytearray(SIZE), 500).__await__())
        times_us = [begun_us, *port.asked_us]
        gaps_us = [times_us[i + 1] - times_us[i] for i in range(3)]
        assert all(silence_us <= gap_us <= silence_us + 1200 for gap_us in gaps_us), (phase_us, gaps_us)


@seats(*ALL)
def test_a_line_that_is_never_silent_is_not_talked_into(seat: Seat) -> None:
    with wire([(0, ANSWER)]) as line:
        # So long a gap that a sender on a busy machine does not leave one by itself.
        process = seat.start("buses:bus", line.path, BAUD, 80, ask(100, 200))
        deadline_s = time.monotonic() + 10
        while process.poll() is None and time.monotonic() < deadline_s:
            line.send(b"?")
            time.sleep(0.001)
        ((answer, _),) = finish(process)
        assert (answer, line.heard) == ("", [])


@seats(*ALL)
def test_a_port_that_is_gone_is_an_os_error_each_time(seat: Seat) -> None:
    line = Wire(len(REQUEST), [[(0, ANSWER)]])
    process = seat.start("buses:bus", line.path, BAUD, 0, ask(), ask(200, 600), ask(200))
    while not line.answered_s:
        time.sleep(0.01)
    time.sleep(0.2)
    line.hang_up()
    (answer, _), *rest = finish(process)
    assert answer == ANSWER.hex()
    assert [kind for kind, _ in rest] == ["OSError", "OSError"]


def test_linux_names_a_missing_port_a_busy_one_and_one_that_is_none(tmp_path) -> None:
    with pytest.raises(BoardError, match="there is no such device; plug the adapter in"):
        open_meter_bus("/dev/ttyUSB99", BAUD, "N", 0)
    near, far = pty.openpty()
    tty.setraw(far)
    first = open_meter_bus(os.ttyname(far), BAUD, "E", 0)
    with pytest.raises(BoardError, match="another program uses it; end that one"):
        open_meter_bus(os.ttyname(far), BAUD, "E", 0)
    assert first is not None
    (tmp_path / "file").write_text("")
    with pytest.raises(BoardError, match="it is no serial port; name one"):
        open_meter_bus(str(tmp_path / "file"), BAUD, "N", 0)
    os.close(near)
    os.close(far)


@seats(*ALL)
def test_every_interpreter_opens_a_port_for_itself_alone(seat: Seat) -> None:
    with wire([(0, ANSWER)]) as line:
        first = open_meter_bus(line.path, BAUD, "N", 0)
        process = seat.start("buses:bus", line.path, BAUD, 0, ask())
        said, errors = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "BoardError" in said + errors
        assert line.path in said + errors
        assert first is not None
