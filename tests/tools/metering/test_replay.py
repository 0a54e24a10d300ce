"""Proves that a capture is read whoever asked the meter, and in whichever requests.

The registers and their answers are those of the emulated meter; the requests are not the terminal's.
"""

from pathlib import Path

import pytest

from emulator.models.meter import Meter
from firmware.errors import MeteringError
from firmware.metering import modbus, models
from tools.metering import capture, replay

Exchange = tuple[bytes, bytes]
SDM630 = models.find("eastron-sdm630")


def meter() -> Meter:
    made = Meter("eastron-sdm630", "21110042", 123_456)
    made.advance(3_600_000, 11_040)
    return made


def asked(unit: int, *reads: tuple[int, int, int]) -> list[Exchange]:
    requests = [modbus.read_request(unit, *read) for read in reads]
    return [(request, meter().answer(request, unit)) for request in requests]


def recorded(folder: Path, exchanges: list[Exchange]) -> list[capture.Passage]:
    path = folder / "meter.capture"
    lines = []
    for number, (request, answer) in enumerate(exchanges):
        lines += [f"{number}.0 > {request.hex()}", f"{number}.5 < {answer.hex()}"]
    path.write_text("\n".join(lines))
    return capture.read(str(path))


def read(passages: list[capture.Passage], unit: int | None = None) -> list:
    return list(replay.readings(passages, SDM630, replay.unit_of(passages, unit)))


WHOLE = {
    "at once": [(4, 0, 74)],
    "one by one": [(4, address, 2) for address in (0, 2, 4, 6, 8, 10, 0x34, 0x46, 0x48)],
    "as the terminal": list(SDM630.plan),
}


@pytest.mark.parametrize("split", WHOLE)
def test_a_reading_is_the_same_however_the_requests_were_split(split: str, tmp_path: Path) -> None:
    exchanges = asked(5, (3, 0xFC00, 2), *WHOLE[split], *WHOLE[split])
    first, second = read(recorded(tmp_path, exchanges))
    for at_s, serial, reading in (first, second):
        assert (serial, reading.energy_wh, reading.power_w) == ("21110042", 134_496, 11_040), at_s
        assert (reading.voltage_mv, reading.current_ma) == ([230_000] * 3, [16_000] * 3)
        assert reading.frequency_mhz == 50_000
    assert (first[0], second[0]) == (len(WHOLE[split]), 2 * len(WHOLE[split]))


def test_what_nobody_asked_for_or_the_meter_refused_is_not_given(tmp_path: Path) -> None:
    refused = (modbus.read_request(1, 4, 0, 12), modbus.with_crc(b"\x01\x84\x02"))
    exchanges = [refused, *asked(1, (4, 0x34, 22), (4, 6, 2), (4, 10, 2))]
    ((_, serial, reading),) = read(recorded(tmp_path, exchanges))
    assert (serial, reading.energy_wh, reading.power_w) == (None, 134_496, 11_040)
    assert (reading.voltage_mv, reading.current_ma) == ([], [16_000, None, 16_000])


def test_an_echo_is_passed_over_and_what_was_damaged_is_asked_again(tmp_path: Path) -> None:
    ((request, answer),) = asked(1, (4, 0, 74))
    exchanges = [(request, answer[:-1] + b"\0"), (request, b""), (request, request + answer)]
    ((at_s, _, reading),) = read(recorded(tmp_path, exchanges))
    assert (at_s, reading.energy_wh) == (2.0, 134_496)
    ((_, _, damaged),) = read(recorded(tmp_path, exchanges[:1]))
    assert isinstance(damaged, MeteringError) and "damaged answer" in str(damaged)


def test_another_meter_than_was_asked_is_named(tmp_path: Path) -> None:
    passages = recorded(tmp_path, asked(1, (4, 0, 74)))
    ((_, _, found),) = replay.readings(passages, models.find("abb-b23"), 1)
    assert "nobody asked for the energy of the abb-b23" in str(found)
    passages = recorded(tmp_path, asked(1, (4, 0, 74)) + asked(7, (4, 0, 74)))
    for unit in (None, 3):
        with pytest.raises(MeteringError, match="asks the unit 1, 7; choose it with --unit"):
            replay.unit_of(passages, unit)
    assert [reading.energy_wh for _, _, reading in read(passages, 7)] == [134_496]
