"""Register maps; the register contents were encoded by hand after the makers' documents."""

from firmware.errors import MeteringError
from firmware.metering import models
from tests.portable import raises


def block_of(count, *registers):
    """Return `count` registers that are zero but for (address, pattern)."""
    block = bytearray(2 * count)
    for address, pattern in registers:
        block[2 * address : 2 * address + len(pattern) // 2] = bytes.fromhex(pattern)
    return bytes(block)


# 230.2, 231 and 229.5 V; 16, 15.5 and 0 A; 7,255.5 W; 49.98 Hz; 123.456 kWh.
THREE_PHASES = block_of(
    74,
    (0x0000, "43663334"),
    (0x0002, "43670000"),
    (0x0004, "43658000"),
    (0x0006, "41800000"),
    (0x0008, "41780000"),
    (0x0034, "45e2bc00"),
    (0x0046, "4247eb85"),
    (0x0048, "42f6e979"),
)
ONE_PHASE = block_of(
    74,
    (0x0000, "43663334"),
    (0x0006, "41800000"),
    (0x000C, "45660000"),
    (0x0046, "42480000"),
    (0x0048, "3f800000"),
)
NOT_A_NUMBER = "7fc00000"


def test_sdm630_is_read_in_one_request_that_it_permits():
    model = models.find("eastron-sdm630")
    assert model.name == "eastron-sdm630"
    assert model.plan == ((4, 0x0000, 74),)
    assert model.serial_plan == (3, 0xFC00, 2)


def test_sdm630_reading_has_every_quantity_in_its_unit():
    reading = models.decode(models.find("eastron-sdm630"), [THREE_PHASES])
    assert reading.energy_wh == 123456
    assert reading.resolution_wh == 1
    assert reading.power_w == 7256  # half up
    assert reading.voltage_mv == [230200, 231000, 229500]
    assert reading.current_ma == [16000, 15500, 0]
    assert reading.frequency_mhz == 49980


def test_sdm120_reading_has_one_phase():
    model = models.find("eastron-sdm120")
    assert sum([count for _, _, count in model.plan]) <= 80
    reading = models.decode(model, [ONE_PHASE])
    assert reading.energy_wh == 1000
    assert reading.power_w == 3680
    assert reading.voltage_mv == [230200]
    assert reading.current_ma == [16000]
    assert reading.frequency_mhz == 50000


def test_resolution_grows_with_the_register():
    reading = models.decode(models.find("eastron-sdm630"), [block_of(74, (0x0048, "46800001"))])
    assert reading.energy_wh == 16_384_002  # 16,384.001953125 kWh
    assert reading.resolution_wh == 2


def test_what_the_meter_does_not_give_is_none():
    block = block_of(
        74, (0x0002, NOT_A_NUMBER), (0x0034, NOT_A_NUMBER), (0x0046, "7f800000"), (0x0048, "3f800000")
    )
    reading = models.decode(models.find("eastron-sdm630"), [block])
    assert reading.voltage_mv == [0, None, 0]
    assert reading.power_w is None
    assert reading.frequency_mhz is None
    assert reading.energy_wh == 1000


def test_power_may_flow_back():
    block = block_of(74, (0x0034, "c2c80000"), (0x0048, "3f800000"))
    assert models.decode(models.find("eastron-sdm630"), [block]).power_w == -100


def test_a_meter_without_energy_gives_no_reading():
    for pattern, word in (
        (NOT_A_NUMBER, "not available"),
        ("ff800000", "not available"),
        ("bf800000", "-1000 Wh"),
    ):
        block = block_of(74, (0x0048, pattern))
        error = raises(MeteringError, models.decode, models.find("eastron-sdm630"), [block])
        assert "eastron-sdm630" in str(error) and "0x0048" in str(error) and word in str(error)


def test_blocks_that_are_not_those_of_the_plan_are_refused():
    model = models.find("eastron-sdm630")
    for blocks in ([], [b""], [THREE_PHASES[:-2]], [THREE_PHASES, THREE_PHASES]):
        raises(MeteringError, models.decode, model, blocks)


def test_unknown_model_is_answered_with_the_known_ones():
    error = raises(MeteringError, models.find, "sdm630")
    assert "'sdm630'" in str(error)
    assert "eastron-sdm120, eastron-sdm630" in str(error)


def test_serial_number_is_decimal():
    model = models.find("eastron-sdm630")
    assert models.decode_serial(model, bytes.fromhex("01421d0a")) == "21110026"
    assert models.decode_serial(model, bytes(4)) is None
    assert models.decode_serial(model, b"\xff\xff\xff\xff") is None
    raises(MeteringError, models.decode_serial, model, bytes(2))


def test_a_row_with_several_reads_and_other_types_is_decoded():
    # A made-up meter: energy as an unsigned integer of 0.01 kWh in a second read of holding registers.
    text = "read 4 0100 2\nread 3 5000 2\npower_w 4 0100 float32 1\nenergy_wh 3 5000 unsigned32 10"
    model = models.Model("made-up", text)
    reading = models.decode(model, [bytes.fromhex("42c80000"), bytes.fromhex("00003039")])
    assert reading.power_w == 100
    assert reading.energy_wh == 123450
    assert reading.resolution_wh == 10
    assert reading.voltage_mv == []


def test_a_register_outside_of_every_read_is_refused():
    for line in ("power_w 3 0100 float32 1", "power_w 4 0102 float32 1", "power_w 4 00FF float32 1"):
        raises(MeteringError, models.Model, "made-up", "read 4 0100 2\n" + line)


def test_every_register_of_every_model_lies_in_a_read_of_its_plan():
    for row in models.MODELS:
        model = models.find(row[0])
        blocks = [bytes(2 * count) for _, _, count in model.plan]
        assert models.decode(model, blocks).energy_wh == 0
        for _, _, count in model.plan:
            assert count <= 80
