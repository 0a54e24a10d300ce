"""Our Modbus codec against pymodbus, our floats against struct and fractions: other code, same bytes."""

import math
import struct
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from emulator.models.encoding import float32 as encode
from firmware.metering import modbus, registers

patterns = st.integers(0, 0xFFFFFFFF).map(lambda bits: bits.to_bytes(4, "big"))


@given(st.binary(max_size=300))
def test_crc_is_pymodbus_crc(frame):
    swapped = FramerRTU.compute_CRC(frame)
    assert modbus.with_crc(frame)[-2:] == swapped.to_bytes(2, "big")


@given(patterns, st.sampled_from([1, 1000]))
@example(bytes.fromhex("3a03126f"), 1000)
def test_a_float_is_the_exact_number_rounded_half_away_from_zero(pattern, scale):
    (number,) = struct.unpack(">f", pattern)
    if math.isnan(number) or math.isinf(number):
        assert registers.float32(pattern, 0, scale) is None
        return
    exact = Fraction(number) * scale
    rounded = math.floor(abs(exact) + Fraction(1, 2))
    assert registers.float32(pattern, 0, scale) == (rounded if exact >= 0 else -rounded)


@given(st.integers(0, 0x7F7FFFFE))
def test_the_step_is_the_distance_to_the_next_float_rounded_up(bits):
    here, beyond = (Fraction(struct.unpack(">f", n.to_bytes(4, "big"))[0]) for n in (bits, bits + 1))
    assert registers.float32_step(bits.to_bytes(4, "big"), 0, 1000) == max(
        1, math.ceil((beyond - here) * 1000)
    )


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_the_emulated_meter_encodes_the_nearest_float(numerator, denominator):
    # A double of these ratios may round twice on its way to binary32; the nearest of its neighbours may not.
    exact = Fraction(numerator, denominator)
    (encoded,) = struct.unpack(">f", encode(numerator, denominator))
    (guess,) = struct.unpack(">f", struct.pack(">f", float(exact)))
    assert abs(Fraction(encoded) - exact) <= abs(Fraction(guess) - exact)


@given(st.integers(0, 8_191_999))
def test_every_whole_wh_below_8192_kwh_survives_the_register(energy_wh):
    assert registers.float32(encode(energy_wh, 1000), 0, 1000) == energy_wh
