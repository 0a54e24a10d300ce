"""The emulated meter, read with the terminal's own codec; float patterns are IEEE 754 binary32."""

from emulator.models import encoding
from emulator.models import meter as meter_model
from emulator.models.meter import Meter
from emulator.models.prng import Prng
from firmware.errors import MeteringError, MeterRefused, MeterSilent
from firmware.metering import maps, modbus, models
from tests.portable import raises

UNIT = 1


def read(meter, name=None, wanted=models.SLOTS):
    """Return the reading that the terminal would have."""
    model = models.find(name or meter.model, None, wanted)
    blocks = []
    for function, address, count in model.plan:
        answer = meter.answer(modbus.read_request(UNIT, function, address, count), UNIT)
        blocks.append(modbus.parse_response(UNIT, function, count, answer, address))
    return models.decode(model, blocks)


def test_the_terminal_reads_what_the_meter_shows():
    meter = Meter("eastron-sdm630", "21110042", 123456)
    meter.advance(3_600_000, 11040)
    reading = read(meter)
    assert reading.energy_wh == meter.shown_wh() == 134496
    assert reading.power_w == 11040
    assert reading.voltage_mv == [230000] * 3
    assert reading.current_ma == [16000] * 3
    assert reading.frequency_mhz == 50000


def test_the_single_phase_meter_is_read_too():
    meter = Meter("eastron-sdm120", "1", 0)
    meter.advance(1000, 3680)
    reading = read(meter)
    assert (reading.power_w, reading.voltage_mv, reading.current_ma) == (3680, [230000], [16000])


def test_what_is_wanted_reads_the_same_from_fewer_registers_and_from_no_others():
    for name in maps.names():
        meter = Meter(name, "21110042", 123456)
        meter.advance(3_600_000, 11040)
        whole = read(meter)
        plan = models.find(name).plan
        for wanted in (("energy", "power"), ("energy", "power", "current")):
            part = read(meter, None, wanted)
            assert (part.energy_wh, part.resolution_wh) == (whole.energy_wh, whole.resolution_wh), name
            assert part.power_w == whole.power_w
            assert part.current_ma == (whole.current_ma if "current" in wanted else [])
            assert part.voltage_mv == [] and part.frequency_mhz is None
            narrow = models.find(name, None, wanted).plan
            for function, start, count in narrow:
                inside = [
                    read
                    for read in plan
                    if read[0] == function and read[1] <= start and start + count <= read[1] + read[2]
                ]
                assert len(inside) == 1, (name, narrow)
            assert len(narrow) <= len(plan)
            # Answers are told apart by their length: each has its own.
            serial = models.find(name).serial_plan
            shapes = [(read[0], read[2]) for read in list(narrow) + ([serial] if serial else [])]
            assert len(set(shapes)) == len(shapes) or narrow == tuple(read for read in plan if read in narrow)
    # Power and energy of an SDM630: 22 registers instead of 74.
    assert models.find("eastron-sdm630", None, ("energy", "power")).plan == ((4, 52, 22),)


def test_the_serial_number_is_read():
    meter = Meter("eastron-sdm630", "21110042", 0)
    answer = meter.answer(modbus.read_request(UNIT, 3, 0xFC00, 2), UNIT)
    block = modbus.parse_response(UNIT, 3, 2, answer)
    assert models.decode_serial(models.find(meter.model), block) == "21110042"


def test_counting_loses_nothing():
    prng = Prng(4)
    meter, flowed_w_ms = Meter("eastron-sdm630", "1", 5), 0
    for _ in range(500):
        duration_ms, power_w = prng.between(0, 5000), prng.between(0, 22000)
        meter.advance(duration_ms, power_w)
        flowed_w_ms += duration_ms * power_w
        assert meter.counted_wh() == 5 + flowed_w_ms // 3_600_000
    assert read(meter).energy_wh == meter.counted_wh()


def test_a_large_register_moves_in_steps_of_its_float():
    meter = Meter("eastron-sdm630", "1", 16_384_000)
    shown = set()
    for _ in range(40):
        meter.advance(3600, 100)  # a tenth of a Wh
        assert abs(meter.shown_wh() - meter.counted_wh()) <= 1
        shown.add(meter.shown_wh())
    assert sorted(shown) == [16_384_000, 16_384_002, 16_384_004]
    assert read(meter).resolution_wh == 2


def test_reads_that_the_real_meter_refuses_are_refused():
    meter = Meter("eastron-sdm630", "1", 0)
    assert len(meter.registers(4, 0, 80)) == 160
    assert meter.registers(4, 0, 81) == meter_model.ILLEGAL_VALUE
    assert meter.registers(4, 0, 0) == meter_model.ILLEGAL_VALUE
    assert meter.registers(6, 0, 2) == meter_model.ILLEGAL_FUNCTION
    assert meter.registers(4, 0xFC00, 2) == meter_model.ILLEGAL_ADDRESS
    assert meter.registers(3, 0, 2) == meter_model.ILLEGAL_ADDRESS
    answer = meter.answer(modbus.read_request(UNIT, 4, 0, 81), UNIT)
    assert "illegal data value" in str(raises(MeterRefused, modbus.parse_response, UNIT, 4, 81, answer))


def test_a_request_that_is_not_for_it_is_not_answered():
    meter = Meter("eastron-sdm630", "1", 0)
    request = modbus.read_request(UNIT, 4, 0, 74)
    assert meter.answer(request, 2) == b""
    assert meter.answer(request[:-1], UNIT) == b""
    assert meter.answer(request[:-1] + bytes((request[-1] ^ 1,)), UNIT) == b""


def test_every_fault_of_the_line_shows_as_what_it_is():
    meter = Meter("eastron-sdm630", "1", 1_000_000)
    for fault, error, word in (
        ("silent", MeterSilent, "did not answer"),
        ("checksum", MeterSilent, "damaged"),
        ("exception", MeterRefused, "server device failure"),
        ("wrong_unit", MeteringError, "unit 2"),
    ):
        meter.fault = fault
        assert word in str(raises(error, read, meter)), fault
        meter.fault = "none"
        assert read(meter).energy_wh == 1_000_000


def test_a_lying_register_lies_only_while_the_fault_lasts():
    meter = Meter("eastron-sdm630", "1", 5_000)
    for fault, shown in (("backwards", 4_000), ("jump", 1_005_000), ("none", 5_000)):
        meter.fault = fault
        assert read(meter).energy_wh == shown
        assert meter.shown_wh() == 5_000
    low = Meter("eastron-sdm630", "1", 300)
    low.fault = "backwards"
    assert read(low).energy_wh == 0


def read_serial(meter):
    """Return the serial number that the terminal would have, None where the meter gives none."""
    model = models.find(meter.model)
    if not model.serial_plan:
        return None
    function, address, count = model.serial_plan
    answer = meter.answer(modbus.read_request(UNIT, function, address, count), UNIT)
    return models.decode_serial(model, modbus.parse_response(UNIT, function, count, answer, address))


def test_every_meter_that_the_terminal_knows_is_read_as_its_makers_table_has_it():
    for name in maps.names():
        meter = Meter(name, "21110042", 20_123_456)
        meter.advance(3_600_000, 11_040)
        reading = read(meter)
        phases = len(reading.voltage_mv)
        assert reading.energy_wh == meter.shown_wh(), name
        assert 20_134_496 - reading.resolution_wh <= reading.energy_wh <= 20_134_497, name
        assert reading.power_w == 11_040, name
        assert reading.voltage_mv == [230_000] * phases, name
        assert reading.current_ma == [16_000 * 3 // phases] * phases, name
        assert reading.frequency_mhz == 50_000, name
        assert read_serial(meter) == (None if name == "dzg-dvh4013" else "21110042"), name


def test_a_register_without_a_value_is_no_reading():
    for name in maps.names():
        if name == "dzg-dvh4013":
            continue  # Its document names no such number.
        meter = Meter(name, "21110042", 123_456)
        meter.fault = "not_available"
        assert "no energy" in str(raises(MeteringError, read, meter)), name
        meter.fault = "none"
        assert read(meter).energy_wh == meter.shown_wh()


def test_another_meter_in_its_place_shows_its_own_serial_number_and_register():
    meter = Meter("eastron-sdm630", "21110042", 123_456)
    meter.advance(1000, 3600)
    meter.swap("21110043", 5)
    assert (read_serial(meter), read(meter).energy_wh, read(meter).power_w) == ("21110043", 5, 3600)


def test_a_wrong_ratio_shows_a_tenth_of_the_power():
    meter = Meter("eastron-sdm630", "1", 0)
    meter.advance(1000, 11_000)
    meter.fault = "wrong_power"
    assert read(meter).power_w == 1_100
    meter.fault = "none"
    assert read(meter).power_w == 11_000


def test_an_unknown_model_is_answered_with_the_known_ones():
    assert "eastron-sdm230, eastron-sdm630" in str(raises(ValueError, Meter, "abb", "1", 0))


def test_floats_are_rounded_to_the_nearest_and_ties_to_even():
    for numerator, denominator, pattern in (
        (0, 1, "00000000"),
        (1, 1, "3f800000"),
        (-100, 1, "c2c80000"),
        (123456, 1000, "42f6e979"),
        (16_777_217, 1, "4b800000"),  # a tie, down to even
        (16_777_219, 1, "4b800002"),  # a tie, up to even
        (33_554_431, 1, "4c000000"),  # carries into the exponent
        (1, 3, "3eaaaaab"),
        (1, 1 << 126, "00800000"),
        (((1 << 24) - 1) << 104, 1, "7f7fffff"),
    ):
        assert encoding.float32(numerator, denominator) == bytes.fromhex(pattern), (numerator, denominator)


def test_each_eastron_refuses_what_its_own_document_refuses():
    for name, most in (("eastron-sdm120", 80), ("eastron-sdm630", 80), ("eastron-sdm72d-m-v2", 60)):
        meter = Meter(name, "1", 0)
        assert isinstance(meter.registers(4, 0, most), bytes), name
        assert meter.registers(4, 0, most + 2) == 3, name
