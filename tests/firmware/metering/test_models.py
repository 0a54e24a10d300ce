"""Register maps; the register contents were encoded by hand after the makers' documents."""

from firmware.errors import MeteringError
from firmware.metering import maps, models
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


def of_plan(model, block):
    """Return what each read of a plan brings of registers that begin at 0."""
    return [block[2 * start : 2 * (start + count)] for _, start, count in model.plan]


def sdm630(block, reading=None):
    model = models.find("eastron-sdm630")
    return models.decode(model, of_plan(model, block), reading)


def test_sdm630_is_read_in_two_requests_of_at_most_fifty_registers():
    model = models.find("eastron-sdm630")
    assert model.name == "eastron-sdm630"
    # Its document allows 80; some refuse the 51st, and 34 in two reads take less time than 74 in one.
    assert model.plan == ((4, 0x0000, 12), (4, 0x0034, 22))
    assert model.serial_plan == (3, 0xFC00, 2)


def test_sdm630_reading_has_every_quantity_in_its_unit():
    reading = sdm630(THREE_PHASES)
    assert reading.energy_wh == 123456
    assert reading.resolution_wh == 1
    assert reading.power_w == 7256  # half up
    assert reading.voltage_mv == [230200, 231000, 229500]
    assert reading.current_ma == [16000, 15500, 0]
    assert reading.frequency_mhz == 49980


def test_sdm120_reading_has_one_phase():
    model = models.find("eastron-sdm120")
    assert sum([count for _, _, count in model.plan]) <= 80
    reading = models.decode(model, of_plan(model, ONE_PHASE))
    assert reading.energy_wh == 1000
    assert reading.power_w == 3680
    assert reading.voltage_mv == [230200]
    assert reading.current_ma == [16000]
    assert reading.frequency_mhz == 50000


def test_resolution_grows_with_the_register():
    reading = sdm630(block_of(74, (0x0048, "46800001")))
    assert reading.energy_wh == 16_384_002  # 16,384.001953125 kWh
    assert reading.resolution_wh == 2


def test_what_the_meter_does_not_give_is_none():
    block = block_of(
        74, (0x0002, NOT_A_NUMBER), (0x0034, NOT_A_NUMBER), (0x0046, "7f800000"), (0x0048, "3f800000")
    )
    reading = sdm630(block)
    assert reading.voltage_mv == [0, None, 0]
    assert reading.power_w is None
    assert reading.frequency_mhz is None
    assert reading.energy_wh == 1000


def test_power_may_flow_back():
    block = block_of(74, (0x0034, "c2c80000"), (0x0048, "3f800000"))
    assert sdm630(block).power_w == -100


def test_a_meter_without_energy_gives_no_reading():
    for pattern, word in (
        (NOT_A_NUMBER, "not available"),
        ("ff800000", "not available"),
        ("bf800000", "-1000 Wh"),
    ):
        block = block_of(74, (0x0048, pattern))
        error = raises(MeteringError, sdm630, block)
        assert "eastron-sdm630" in str(error) and "0x0048" in str(error) and word in str(error)


def test_blocks_that_are_not_those_of_the_plan_are_refused():
    model = models.find("eastron-sdm630")
    head, tail = of_plan(model, THREE_PHASES)
    for blocks in ([], [b""], [head], [head, tail[:-2]], [tail, head], [head, tail, tail]):
        raises(MeteringError, models.decode, model, blocks)


def test_unknown_model_is_answered_with_the_known_ones():
    error = raises(MeteringError, models.find, "sdm630")
    assert "'sdm630'" in str(error)
    assert "eastron-sdm120, eastron-sdm230, eastron-sdm630" in str(error)


def test_serial_number_is_decimal():
    model = models.find("eastron-sdm630")
    assert models.decode_serial(model, bytes.fromhex("01421d0a")) == "21110026"
    assert models.decode_serial(model, bytes(4)) is None
    assert models.decode_serial(model, b"\xff\xff\xff\xff") is None
    raises(MeteringError, models.decode_serial, model, bytes(2))


def test_serial_numbers_in_text_and_in_hexadecimal_digits():
    assert models.decode_serial(models.find("carlo-gavazzi-em340"), b"BX2310001001F\0") == "BX2310001001F"
    assert models.decode_serial(models.find("carlo-gavazzi-em340"), bytes(14)) is None
    assert models.decode_serial(models.find("inepro-pro380"), bytes.fromhex("15170042")) == "15170042"


def test_an_abb_says_what_it_does_not_measure():
    # ABB B23/B24 User Manual: all ones for unsigned numbers, the largest positive one for signed ones.
    model = models.find("abb-b23")
    assert model.plan == ((3, 0x5000, 4), (3, 0x5B00, 0x2D))
    block = bytearray(2 * 0x2D)
    for address, pattern in (
        (0x5B00, "000008fc"),
        (0x5B02, "ffffffff"),
        (0x5B0C, "00000640"),
        (0x5B14, "7fffffff"),
        (0x5B2C, "1388"),
    ):
        at = 2 * (address - 0x5B00)
        block[at : at + len(pattern) // 2] = bytes.fromhex(pattern)
    reading = models.decode(model, [bytes.fromhex("0000000000bc614e"), block])
    assert (reading.energy_wh, reading.resolution_wh) == (123_456_780, 10)
    assert reading.voltage_mv == [230_000, None, 0]
    assert reading.current_ma == [16_000, 0, 0]
    assert reading.power_w is None
    assert reading.frequency_mhz == 50_000
    error = raises(MeteringError, models.decode, model, [b"\xff" * 8, block])
    assert "0x5000" in str(error) and "not available" in str(error)


def test_a_gavazzi_sends_the_low_word_first():
    # EM300 Series protocol, 2.1: 32 bits as two words, the low one first.
    model = models.find("carlo-gavazzi-em340")
    low = bytearray(2 * 42)
    low[0:4] = bytes.fromhex("08fc0000")
    low[2 * 0x28 : 2 * 0x28 + 4] = bytes.fromhex("fc18ffff")
    reading = models.decode(model, [low, bytes.fromhex("01f4e2400001")])
    assert reading.voltage_mv[0] == 230_000
    assert reading.power_w == -100
    assert reading.frequency_mhz == 50_000
    assert (reading.energy_wh, reading.resolution_wh) == (0x1E240 * 100, 100)


def test_an_iskra_carries_its_own_decimal_points():
    # WM3M4 manual, T5 and T6: eight bits of exponent, 24 of number; counters have a register of exponent.
    model = models.find("iskra-wm3m4")
    live = bytearray(2 * 37)
    for address, pattern in ((105, "fe001388"), (107, "ff0008fc"), (126, "fe000640"), (140, "ffffffce")):
        at = 2 * (address - 105)
        live[at : at + 4] = bytes.fromhex(pattern)
    counter = bytes.fromhex("0001000000000000000030390000")[:8] + bytes.fromhex("00003039")
    reading = models.decode(model, [live, counter])
    assert reading.frequency_mhz == 50_000
    assert reading.voltage_mv == [230_000, 0, 0]
    assert reading.current_ma == [16_000, 0, 0]
    assert reading.power_w == -5
    assert (reading.energy_wh, reading.resolution_wh) == (123_450, 10)
    finer = bytes.fromhex("ffff00000000000000003039")
    reading = models.decode(model, [live, finer])
    assert (reading.energy_wh, reading.resolution_wh) == (1235, 1)


def test_a_number_with_an_exponent_that_no_meter_means_is_none():
    model = models.find("iskra-wm3m4", wanted=("energy", "power"))
    for exponent in (-32768, -10, 4, 127, 5000, 32767):
        counter = (exponent & 0xFFFF).to_bytes(2, "big") + bytes(6) + bytes.fromhex("00000001")
        try:
            raise AssertionError(models.decode(model, [bytes(4), counter]).energy_wh)
        except MeteringError as error:
            assert "register 0x019E says not available" in str(error), exponent
    for power, power_w in (("04000001", None), ("f6000001", None), ("03000001", 1000), ("f7000001", 0)):
        reading = models.decode(model, [bytes.fromhex(power), bytes(12)])
        assert reading.power_w == power_w, power


def test_a_reading_may_be_written_anew():
    reading = sdm630(THREE_PHASES)
    again = sdm630(block_of(74, (0x0048, "3f800000")), reading)
    assert again is reading
    assert (reading.energy_wh, reading.voltage_mv, reading.current_ma) == (1000, [0, 0, 0], [0, 0, 0])


def test_every_map_is_compiled_to_reads_that_its_meter_permits_and_that_differ_in_length():
    for name in maps.names():
        model = models.find(name)
        most = int(maps.part(name).split("|")[1])
        blocks = [bytes(2 * count) for _, _, count in model.plan]
        assert models.decode(model, blocks).energy_wh == 0
        assert model.source and model.phases in (1, 3)
        shapes = [(function, count) for function, _, count in model.plan]
        if model.serial_plan:
            shapes.append((model.serial_plan[0], model.serial_plan[2]))
        assert len(set(shapes)) == len(shapes), name
        for function, count in shapes:
            assert function in (3, 4) and 1 <= count <= most


def test_meters_that_are_connected_directly_say_what_they_are_rated_for():
    rated = {name: models.find(name).max_a for name in maps.names() if models.find(name).max_a}
    # Of one map, each meter its own.
    assert (rated["eastron-sdm120"], rated["eastron-sdm230"]) == (45, 100)
    assert (rated["abb-b23"], rated["carlo-gavazzi-em340"], rated["schneider-iem3155"]) == (65, 65, 63)
    # These may have transformers before them.
    for name in (
        "abb-b24",
        "carlo-gavazzi-em24",
        "carlo-gavazzi-em111",
        "carlo-gavazzi-em330",
        "inepro-pro380",
    ):
        assert name not in rated and models.find(name).max_a == 0
    assert all(":" not in name and maps.part(name) for name in maps.names())
    assert maps.part("eastron-sdm120:45") is None


def test_a_plan_has_as_few_reads_as_the_meter_allows():
    requests = {name: len(models.find(name).plan) for name in maps.names()}
    assert requests["janitza-b23"] == requests["carlo-gavazzi-em112"] == 1
    # At most 50 registers a read.
    assert requests["eastron-sdm630"] == requests["eastron-sdm72d-m-v2"] == requests["eastron-sdm120"] == 2
    assert requests["abb-b23"] == requests["carlo-gavazzi-em340"] == requests["finder-7m38"] == 2
    # At most eleven registers a read.
    assert requests["carlo-gavazzi-em24"] == 4
