"""Exact numbers in registers; the patterns are IEEE 754 binary32, the products were worked out by hand."""

from firmware.metering import registers


def wh(pattern):
    return registers.float32(bytes.fromhex(pattern), 0, 1000)


def step_wh(pattern):
    return registers.float32_step(bytes.fromhex(pattern), 0, 1000)


def test_kwh_become_whole_wh():
    assert wh("00000000") == 0
    assert wh("3f800000") == 1000
    assert wh("42f6e979") == 123456  # 123.456001…
    assert wh("46800000") == 16_384_000


def test_halves_round_up_and_anything_less_rounds_down():
    assert wh("3f000000") == 500
    assert wh("3a03126f") == 1  # just above 0.0005
    assert wh("3a03126e") == 0  # just below 0.0005
    assert wh("3dc80000") == 98  # 0.09765625: 97.65625
    assert registers.float32(bytes.fromhex("3f000000"), 0, 1) == 1
    assert registers.float32(bytes.fromhex("bf000000"), 0, 1) == -1


def test_negative_numbers_keep_their_sign():
    assert wh("bf800000") == -1000
    assert wh("80000000") == 0


def test_what_is_no_number_is_none():
    for pattern in ("7f800000", "ff800000", "7fc00000", "7f800001", "ffffffff"):
        assert wh(pattern) is None
        assert step_wh(pattern) == 1


def test_the_ends_of_the_format_are_exact():
    assert wh("7f7fffff") == ((1 << 24) - 1) * 1000 << 104
    assert wh("00000001") == 0
    # The smallest normal number and the largest subnormal one differ by one step of 2**-149.
    assert registers.float32(bytes.fromhex("00800000"), 0, 1 << 149) == 1 << 23
    assert registers.float32(bytes.fromhex("007fffff"), 0, 1 << 149) == (1 << 23) - 1


def test_a_kwh_register_steps_by_two_wh_above_16384_kwh():
    assert step_wh("42f6e979") == 1
    assert step_wh("45ffffff") == 1  # just below 8,192 kWh
    assert step_wh("46000000") == 1  # 8,192 kWh: 0.98 Wh
    assert step_wh("46800000") == 2  # 16,384 kWh: 1.95 Wh
    assert step_wh("48000000") == 16  # 131,072 kWh: 15.6 Wh
    assert step_wh("00000000") == 1
    assert step_wh("4b800000") == 2000  # 16,777,216 kWh


def test_numbers_are_read_where_they_stand():
    block = bytes.fromhex("ffff42f6e979ffff")
    assert registers.float32(block, 2, 1000) == 123456
    # The same number, and a register of 4,194,303.75 kWh, with the low word first.
    assert registers.float32(bytes.fromhex("ffffe97942f6ffff"), 2, 1000, True) == 123456
    high, low = bytes.fromhex("4a7fffff"), bytes.fromhex("ffff4a7f")
    assert registers.float32(high, 0, 1000) == registers.float32(low, 0, 1000, True) == 4_194_303_750
    assert registers.float32_step(high, 0, 1000) == registers.float32_step(low, 0, 1000, True) == 250
    assert registers.float32(bytes.fromhex("00007fc0"), 0, 1000, True) is None
    assert registers.unsigned(bytes.fromhex("ffff0142226effff"), 2, 2, False) == 0x0142226E
    assert registers.unsigned(bytes.fromhex("ffff226e0142ffff"), 2, 2, True) == 0x0142226E
    assert registers.unsigned(bytes.fromhex("0001000200030004"), 0, 4, True) == 0x0004000300020001
    assert registers.unsigned(memoryview(bytes.fromhex("80000001")), 0, 2, False) == 0x80000001


def test_the_sign_stands_in_the_high_word_wherever_that_is():
    assert registers.is_negative(bytes.fromhex("ffff0000"), 0, 2, False)
    assert not registers.is_negative(bytes.fromhex("ffff0000"), 0, 2, True)
    assert registers.is_negative(bytes.fromhex("00008000"), 0, 2, True)


def test_ratios_are_rounded_half_away_from_zero():
    for number, numerator, denominator, rounded in (
        (5, 1, 10, 1),
        (4, 1, 10, 0),
        (-5, 1, 10, -1),
        (-14, 1, 10, -1),
        (123, 10, 1, 1230),
        (7, 1, 1, 7),
    ):
        assert registers.ratio(number, numerator, denominator) == rounded


def test_texts_are_read_wherever_the_meter_put_its_nul():
    assert registers.text(b"YR20182740\0\0\0\0", 0, 7) == "YR20182740"
    assert registers.text(b"\0Y\0R\x002", 0, 3) == "YR2"
    assert registers.text(bytes(14), 0, 7) == ""


def test_a_small_scale_and_a_large_one_agree():
    # Up to 2**17 a product is taken in halves; beyond in one.
    for pattern in ("42f6e979", "3f000000", "477fff80", "4b3c614e", "4f000000", "33000001", "00000001"):
        block = bytes.fromhex(pattern)
        for scale in (1, 7, 1000, 131_072):
            whole = registers.float32(block, 0, scale << 20)
            expected = (whole + (1 << 19)) >> 20
            # The larger product was rounded too, to a millionth of ours: never a half by chance here.
            assert registers.float32(block, 0, scale) == expected, (pattern, scale)
