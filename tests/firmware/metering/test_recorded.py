"""Frames that real meters sent, as others recorded them, decoded to the last digit.

An EM24-DIN between it and a PowerRouter at 9600 baud, an SDM630 in a log of Tasmota, and an SDM230 in one of
ESPHome, which says what the registers meant. Requests, answers and checksums are those of the line.
"""

from firmware.crypto import jsontext
from firmware.metering import modbus, model_file, models, registers

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
    model = models.find("eastron-sdm230")
    content = frame(SDM230)[3:]
    # The last byte of the energy is ours, after the three digits in the log.
    reading = models.decode(model, [content + b"\x92" + bytes(2 * 74 - len(content) - 1)])
    assert reading.voltage_mv == [236_494]
    assert reading.current_ma == [125]
    assert reading.power_w == 21
    assert reading.frequency_mhz == 50_000
    assert (reading.energy_wh, reading.resolution_wh) == (2_697_348, 1)
