"""Data objects and lists of them, by the examples of ISO/IEC 7816-4 and EMV, and bent ones."""

from firmware.cards import dol, tlv
from firmware.errors import CardError
from tests.portable import raises

# A directory entry as EMV Book 1, 12.2.3 lays it out: template 61 with AID, label and priority.
ENTRY = bytes.fromhex("61124f07a0000000031010500456697361870101")


def listed(content):
    return list(tlv.objects(content))


def test_objects_come_in_the_order_of_the_card_and_zeros_between_them_are_none():
    assert listed(bytes.fromhex("00005a020102009f38010300")) == [(0x5A, b"\x01\x02"), (0x9F38, b"\x03")]


def test_lengths_of_one_two_and_three_bytes_are_read_and_written():
    for size in (0, 1, 127, 128, 255, 256, 4000):
        value = bytes(size)
        encoded = tlv.encode(0x9F46, value)
        assert listed(encoded) == [(0x9F46, value)]
    assert tlv.encode(0x70, bytes(128))[:3] == bytes.fromhex("708180")
    assert tlv.encode(0xDFEE12, b"\1") == bytes.fromhex("dfee120101")


def test_a_path_finds_what_lies_within_templates():
    assert tlv.find(ENTRY, 0x61, 0x4F) == bytes.fromhex("a0000000031010")
    assert tlv.find(ENTRY, 0x61, 0x9F2A) is None
    assert tlv.find(ENTRY, 0x4F) is None
    assert [name for name, _ in tlv.flat(ENTRY)] == [0x61, 0x4F, 0x50, 0x87]


def test_an_object_that_is_not_whole_is_refused():
    for bent in ("9f", "9fff", "9fffff01", "5a", "5a80", "5a8400000001", "5a05010203", "5a82ff", "5a81"):
        raises(CardError, listed, bytes.fromhex(bent))


def test_a_deep_nest_and_a_flood_of_objects_are_refused():
    nested = b""
    for _ in range(tlv.MAX_DEPTH + 1):
        nested = tlv.encode(0x70, nested)
    raises(CardError, tlv.flat, nested)
    raises(CardError, tlv.flat, tlv.encode(0x70, b"\x81\x00" * (tlv.MAX_OBJECTS + 1)))
    raises(CardError, listed, bytes(tlv.MAX_BYTES + 1))


def test_a_list_keeps_repeated_tags_in_their_order():
    # python-emv dropped the second of two like tags, and the card refused what it was told.
    wishes = dol.parse(bytes.fromhex("9f37049f02069f3704"))
    assert wishes == [(0x9F37, 4), (0x9F02, 6), (0x9F37, 4)]
    told = dol.fill(wishes, {0x9F37: b"abcd", 0x9F02: bytes.fromhex("000000001000")})
    assert told == b"abcd" + bytes.fromhex("000000001000") + b"abcd"


def test_values_are_cut_and_filled_as_their_format_asks():
    # EMV Book 3, 5.4: numbers lose or gain on the left, other values on the right; unknown ones are zeros.
    values = {0x9F02: bytes.fromhex("000000001234"), 0x9F37: b"abcd", 0x70: b"z"}
    assert dol.fill([(0x9F02, 2)], values) == bytes.fromhex("1234")
    assert dol.fill([(0x9F02, 8)], values) == bytes.fromhex("0000000000001234")
    assert dol.fill([(0x9F37, 2), (0x9F37, 6)], values) == b"ababcd\0\0"
    assert dol.fill([(0xDF01, 3), (0x70, 1), (0x9F02, 0)], values) == bytes(4)


def test_a_broken_list_and_a_greedy_one_are_refused():
    for bent in ("9f", "9f37", "9a039f"):
        raises(CardError, dol.parse, bytes.fromhex(bent))
    raises(CardError, dol.parse, bytes.fromhex("9f37ff"))
