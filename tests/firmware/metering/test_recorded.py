"""Frames that real meters sent, as others recorded them, decoded to the last digit.

An EM24-DIN between it and a PowerRouter at 9600 baud, an SDM630 in a log of Tasmota, one behind a gateway in
a log of mbmd (volkszaehler/mbmd#63), where each answer came too late, an SDM230 in one of ESPHome, which says
what the registers meant (esphome/issues#3912), an Eastron of three phases in a charger, of which its log has
the registers alone (serkri/SmartEVSE-3#35), and the SDM230 of an inverter (syssi/esphome-solax-x1-mini#20).
Requests, answers and checksums are those of the line.
"""

from firmware.crypto import jsontext
from firmware.metering import mbap, modbus, model_file, models, registers

# (request, answer): voltages; currents with the power of two phases; the energy of each phase.
EM24 = (
    ("010300000006c5c8", "01030c08e1000008f2000008b7000041bf"),
    ("0103000c000a05ce", "01031401be0000023b000004df0000011200000485 0000e2fb"),
    ("010300460006241d", "01030c2e7b0001bb150000a30f0000652c"),
)
EM24_EXPORTING = ("0203000c000a05fd", "020314000000000029000000420000 00000000ffe1ffff2177")
# As sent, two registers at a time.
SDM630 = ("0104043fb7ced9d24c", "01040400000000fb84")
# From the voltage to the frequency; the log breaks off in the energy.
SDM230 = (
    "0304a0436c7e6e00000000000000003dffa634000000000000000041a718c3000000000000000041b635ea0000000000000000"
    "c1114e2f00000000000000003f6ac3f9000000000000000043a83fa5" + "00" * 64 + "42480000452895"
)
# An answer to somebody's question for 42 registers from 0, after ours to unit 2 went out.
SDM630_LATE = (
    "0035 0000 0057 010454 4364bac1 435ef0cd 43603fef 00000000 3fb8e3da 3e771080 00000000 438a8332 00000000"
    "41102d79 439ef9de 42536c68 c10c4c8b 431c0c11 c251e6f5 3f800000 3f5f0c23 3df53d97 00000000 41eb2810"
    "c2a641df"
)
# Registers 0048h, 0034h, and from 0006h on currents and powers of the phases.
CHARGING = ("4510a164", "462e4c7d", "41777376 4174d0a7 417800ef 456a5717 456633ca 4568f037")
# (request, answer, what it says in thousandths): energy, energy a second later, power.
INVERTER = (
    ("010400480002f1dd", "010404462a7521298c", 10_909_282),
    ("010400480002f1dd", "010404462a7522698d", 10_909_283),
    ("0104000c0002b1c8", "010404458e3c355fb4", 4_551_526),
)
EM24_MAP = """{
  "name": "recorded", "source": "EM24-DIN Protocol, function 3", "most_registers": 11, "widest_gap": 2,
  "registers": [%s]
}""" % ", ".join(
    [
        '{"quantity": "%s", "function": 3, "address": %d, "type": "int32", "word_order": "low", "scale": %s, '
        '"unit": "%s"}' % row
        for row in (
            ("energy", 0x46, "0.1", "kWh"),
            ("power", 0x14, "0.1", "W"),
            ("voltage", 0x00, "0.1", "V"),
            ("voltage", 0x02, "0.1", "V"),
            ("voltage", 0x04, "0.1", "V"),
            ("current", 0x0C, "0.001", "A"),
            ("current", 0x0E, "0.001", "A"),
            ("current", 0x10, "0.001", "A"),
        )
    ]
)


def frame(text):
    return bytes.fromhex(text.replace(" ", ""))


def registers_of(request, answer):
    """Return the registers that a recorded answer holds, and check it as the terminal does."""
    asked = frame(request)
    count = asked[5]
    assert modbus.read_request(asked[0], asked[1], asked[2] << 8 | asked[3], count) == asked
    return bytes(modbus.parse_response(asked[0], asked[1], count, frame(answer)))


def decoded(name, content, first=0):
    """Return the reading in registers from a first one on; those that were not recorded are zero."""
    model = models.find(name)
    content = bytes(2 * first) + content + bytes(0x100)
    return models.decode(model, [content[2 * start : 2 * (start + count)] for _, start, count in model.plan])


def test_an_em24_says_what_its_router_read():
    model = models.find("recorded", model_file.text(jsontext.parse(EM24_MAP)))
    assert [read[:2] for read in model.plan] == [(3, 0x00), (3, 0x0C), (3, 0x46)]
    # The router read on beyond what this map asks for.
    blocks = [registers_of(*EM24[i])[: 2 * model.plan[i][2]] for i in range(len(EM24))]
    reading = models.decode(model, blocks)
    assert reading.voltage_mv == [227_300, 229_000, 223_100]
    assert reading.current_ma == [446, 571, 1247]
    # 0485h tenths of a watt.
    assert reading.power_w == 116
    # 12E7Bh tenths of a kilowatt-hour, the low word first.
    assert (reading.energy_wh, reading.resolution_wh) == (7_743_500, 100)


def test_energy_of_the_phases_stands_behind_the_partial_counters():
    # So 0042h, four registers before, is the partial counter, and the total is 003Eh.
    block = registers_of(*EM24[2])
    phases_wh = [100 * registers.unsigned(block, 4 * i, 2, True) for i in range(3)]
    assert phases_wh == [7_743_500, 4_789_300, 4_174_300]


def test_power_that_flows_back_is_negative():
    block = registers_of(*EM24_EXPORTING)
    assert registers.is_negative(block, 16, 2, True)
    assert registers.unsigned(block, 16, 2, True) - (1 << 32) == -31


def test_an_sdm630_in_single_requests():
    for answer, milli in ((SDM630[0], 1436), (SDM630[1], 0)):
        block = modbus.parse_response(1, 4, 2, frame(answer))
        assert registers.float32(block, 0, 1000) == milli


def test_an_sdm230_says_what_the_log_says():
    # The last byte of the energy is ours, after the three digits in the log.
    reading = decoded("eastron-sdm230", frame(SDM230)[3:] + b"\x92")
    assert reading.voltage_mv == [236_494]
    assert reading.current_ma == [125]
    assert reading.power_w == 21
    assert reading.frequency_mhz == 50_000
    assert (reading.energy_wh, reading.resolution_wh) == (2_697_348, 1)


def test_an_sdm230_counts_between_two_questions_of_its_inverter():
    for asked, answer, milli in INVERTER:
        assert registers.float32(registers_of(asked, answer), 0, 1000) == milli


def test_an_sdm630_whose_answer_belongs_to_another_question_is_passed_over_and_was_sound():
    envelopes = mbap.Envelopes()
    asked = envelopes.wrap(frame("02034a38000253ed"))
    assert asked == frame("0001 0000 0006 02034a380002")
    late = frame(SDM630_LATE)
    assert envelopes.feed(late, len(late), bytearray(260)) == 0
    # As the answer to its own question it is one.
    whole = modbus.with_crc(frame(SDM630_LATE)[6:])
    reading = decoded("eastron-sdm630", bytes(modbus.parse_response(1, 4, 42, whole)))
    assert reading.voltage_mv == [228_730, 222_941, 224_250]
    assert reading.current_ma == [0, 1_444, 241]
    block = modbus.parse_response(1, 4, 42, whole)
    # Power, apparent power and power factor of the second phase: 277.025 W of 317.952 VA are 0.871.
    assert [registers.float32(block, 4 * i, 1000) for i in (7, 10, 16)] == [277_025, 317_952, 871]


def test_an_eastron_in_a_charger_says_what_the_charger_logged():
    energy, power, live = [frame(text) for text in CHARGING]
    content = live + bytes(2 * (0x34 - 0x06) - len(live)) + power + bytes(2 * (0x48 - 0x36)) + energy
    reading = decoded("eastron-sdm72d-m-v2", content, 0x06)
    assert (reading.energy_wh, reading.resolution_wh) == (2_314_087, 1)
    assert reading.power_w == 11_155
    assert reading.current_ma == [15_466, 15_301, 15_500]
    # The phases' powers were read a moment later.
    phases_w = [registers.float32(live, 12 + 4 * i, 1) for i in range(3)]
    assert phases_w == [3_749, 3_683, 3_727]
