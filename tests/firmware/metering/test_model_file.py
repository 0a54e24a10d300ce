"""Meter maps of operators: a made-up meter, and every way in which its document can be wrong."""

from firmware.crypto import jsontext
from firmware.errors import MeterMapError
from firmware.metering import modbus, model_file, models
from tests.portable import raises

SOUND = """{
  "name": "acme-m1", "source": "ACME M1 Modbus Manual 1.0", "most_registers": 40, "widest_gap": 8,
  "registers": [
    {"quantity": "serial", "function": 3, "address": "0x1000", "type": "text4"},
    {"quantity": "energy", "function": 4, "address": "0x0100", "type": "uint32", "word_order": "low",
     "scale": 0.01, "unit": "kWh", "not_available": "0xFFFFFFFF"},
    {"quantity": "voltage", "function": 4, "address": 264, "type": "float32", "unit": "V"},
    {"quantity": "power", "function": 4, "address": 258, "type": "int32", "scale": 0.1, "unit": "W"},
    {"quantity": "voltage", "function": 4, "address": 266, "type": "float32", "unit": "V"}
  ]
}"""


def document(**changes):
    """Return the sound map with other members."""
    made = jsontext.parse(SOUND)
    made.update(changes)
    return made


def with_register(index, **changes):
    """Return the sound map with one register's members changed; None takes one out."""
    made = jsontext.parse(SOUND)
    register = made["registers"][index]
    register.update(changes)
    for key in changes:
        if changes[key] is None:
            register.pop(key)
    return made


def problems(given):
    """Return what is wrong with a map."""
    return raises(MeterMapError, model_file.text, given).problems


def test_what_a_meter_is_rated_for_is_taken_and_nothing_else_of_it():
    plain = models.find("acme-m1", model_file.text(document()))
    rated = models.find("acme-m1", model_file.text(document(max_a=63)))
    assert (rated.name, rated.max_a, plain.max_a) == ("acme-m1", 63, 0)
    assert (rated.plan, rated.quantities, rated.source) == (plain.plan, plain.quantities, plain.source)
    for wrong in (0, 1001, "63", 63.5, True):
        assert "max_a: it has to be a whole number from 1 to 1000" in problems(document(max_a=wrong))


def test_a_sound_map_is_compiled_and_read():
    model = models.find("acme-m1", model_file.text(document()))
    assert model.plan == ((4, 0x0100, 12),)
    assert model.serial_plan == (3, 0x1000, 4)
    assert model.source == "ACME M1 Modbus Manual 1.0"
    block = bytearray(24)
    block[0:4] = bytes.fromhex("e2400001")
    block[4:8] = bytes.fromhex("fffffffb")
    block[16:20] = bytes.fromhex("43663334")
    reading = models.decode(model, [block])
    assert (reading.energy_wh, reading.resolution_wh, reading.power_w) == (1_234_560, 10, -1)
    assert reading.voltage_mv == [230_200, 0]
    assert models.decode_serial(model, b"AC-00042") == "AC-00042"


def test_what_says_not_available_may_be_a_number_as_the_register_holds_it():
    for number, digits in ((0, "0x00000000"), (0x7FFF, "0x00007FFF"), (0xFFFFFFFF, "0xFFFFFFFF")):
        given, written = (with_register(1, not_available=absent) for absent in (number, digits))
        assert model_file.text(given) == model_file.text(written)


def test_floats_with_the_low_word_first_are_read_so():
    given = with_register(1, type="float32", scale=1, not_available=None)
    given["registers"][2]["word_order"] = "low"
    model = models.find("acme-m1", model_file.text(given))
    block = bytearray(24)
    # 123,456.789 kWh in steps of 7.8125 Wh, and 230.2 V.
    block[0:4] = bytes.fromhex("206547f1")
    block[16:20] = bytes.fromhex("33334366")
    reading = models.decode(model, [block])
    assert (reading.energy_wh, reading.resolution_wh) == (123_456_789, 8)
    assert reading.voltage_mv[0] == 230_200


def test_every_problem_is_named_with_its_path():
    found = problems(
        {
            "name": "Acme M1",
            "most_registers": 200,
            "colour": "red",
            "registers": [
                {"quantity": "energy", "function": 5, "address": "0x1G", "type": "uint33", "unit": "J"},
                {"quantity": "heat", "function": 4, "address": 70000, "type": "text4"},
                7,
            ],
        }
    )
    paths = [problem.split(":")[0] for problem in found]
    assert sorted(paths) == [
        "colour",
        "most_registers",
        "name",
        "registers/0/address",
        "registers/0/function",
        "registers/0/type",
        "registers/0/unit",
        "registers/1/address",
        "registers/1/quantity",
        "registers/1/type",
        "registers/2",
        "source",
    ]


def test_each_slip_is_told_in_words():
    for given, word in (
        ([], "one JSON object"),
        (document(name="abb-b23"), "built-in model"),
        (document(source="a|b"), "without |"),
        (document(registers=7), "a list of registers"),
        (document(registers=[]), "none of energy"),
        (with_register(1, type="uint33"), "unknown type 'uint33'; there are uint16, uint32"),
        (with_register(1, type="text4"), "unknown type"),
        (with_register(0, type="text99"), "text1 to text32"),
        (with_register(1, function=6), "from 3 to 4"),
        (with_register(1, address=65535), "reach beyond 65535"),
        (with_register(1, word_order="middle"), "high (first) or low (first)"),
        (
            with_register(1, type="decade24", word_order="low", not_available=None),
            "registers/1/word_order: it is",
        ),
        (with_register(0, word_order="low"), "registers/0/word_order: it is read high word first"),
        (with_register(0, scale=10), "registers/0/scale: a serial number has none"),
        (with_register(0, type="uint32", not_available="0x7FFFFFFF"), "registers/0/not_available: only FF"),
        (document(**{"": 1}), '"": no such member'),
        (with_register(1, scale=0), "above 0"),
        (with_register(1, scale="1"), "above 0"),
        (with_register(1, scale=jsontext.parse("0.0000000001")), "more than 9 decimals"),
        (with_register(1, unit="W"), "kWh or Wh"),
        (with_register(1, unit=None), "kWh or Wh"),
        (with_register(0, unit="kWh"), "serial is given in no unit"),
        (with_register(1, not_available="0xFFFF"), "as wide as the register"),
        (with_register(1, not_available=1 << 32), "as wide as the register"),
        (with_register(1, not_available=-1), "as wide as the register"),
        (with_register(1, not_available=True), "as wide as the register"),
        (with_register(2, not_available="0xFFFFFFFF"), "floats have NaN"),
        (with_register(3, address=257), "registers/3: it overlaps registers/1"),
        (with_register(4, quantity="energy", unit="kWh"), "2 registers of energy; at most 1"),
        (document(most_registers=1), "2 registers; most_registers allows 1 a read"),
        (with_register(1, colour="red"), "registers/1/colour: no such member"),
        (with_register(0, type="text\u00b2"), "unknown type"),
        (with_register(1, address="0x1_0"), "registers/1/address: it has to be a number"),
        (with_register(1, address=-1), "registers/1/address: it has to be a number"),
        (with_register(1, not_available="0xFFFF_FFF"), "as wide as the register"),
        (document(source=" "), "without |"),
        (document(source="a\rb"), "without |"),
    ):
        found = problems(given)
        assert [problem for problem in found if word in problem], (word, found)


def test_an_address_that_is_none_overlaps_nothing():
    for address in (-1, 1.5, None, "0x", "here"):
        given = with_register(1, address=address)
        given["registers"][2]["address"] = 0
        assert [problem.split(":")[0] for problem in problems(given)] == ["registers/1/address"], address


def test_a_number_of_which_a_longer_read_holds_the_beginning_comes_from_the_read_that_holds_all_of_it():
    # The read of the power is made two registers longer, so that its answer is no longer as long as that of
    # the serial number. Behind a whole answer's last register its checksum lies.
    given = document(widest_gap=2, most_registers=4)
    given["registers"] = [
        {"quantity": "serial", "function": 4, "address": 0, "type": "uint32"},
        {"quantity": "power", "function": 4, "address": 0x10, "type": "int32", "unit": "W"},
        {"quantity": "energy", "function": 4, "address": 0x13, "type": "uint32", "unit": "Wh"},
    ]
    for wanted in (models.SLOTS, ("energy",), ("energy", "power")):
        model = models.find("acme-m1", model_file.text(given), wanted)
        answers = []
        for function, address, count in model.plan:
            assert (function, count <= 4) == (4, True)
            content = b"".join([bytes((0, register)) for register in range(address, address + count)])
            answers.append(modbus.with_crc(bytes((1, 4, len(content))) + content))
        reading = models.decode(model, answers, None, True)
        assert reading.energy_wh == 0x00130014, (wanted, model.plan)
        assert reading.power_w == (0x00100011 if "power" in wanted else None)
