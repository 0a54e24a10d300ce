"""Holds the words of the display against what is really said of a meter that is not read."""

from firmware.errors import MeteringError
from firmware.metering import modbus, models, plausible, refusals
from tests.portable import raises


def refused(code):
    """Return what is said of a meter that answers with an exception."""
    return told(modbus.with_crc(bytes((1, 0x84, code))))


def told(frame):
    """Return what is said of an answer to unit 1 that is none."""
    return str(raises(MeteringError, modbus.check_response, 1, 4, 2, frame))


def test_what_may_pass_by_itself_is_told_as_silence():
    other_unit = modbus.with_crc(b"\x02\x04\x04\0\0\0\0")
    for what in (told(b""), told(b"\x01\x04\x04\0\0\0\0\0\0"), told(other_unit), refused(10), refused(11)):
        assert refusals.trouble(what, None) == refusals.SILENT, what
    for port in ("/dev/ttyUSB0", "tcp://exception"):
        what = "the port of the meter: [Errno 5]; check " + port
        assert refusals.trouble(what, None) == refusals.SILENT, port


def test_a_meter_without_the_registers_is_one_of_another_model():
    for code in (1, 2, 3):
        assert refusals.trouble(refused(code), None) == refusals.MODEL
    for code in (4, 6):
        assert refusals.trouble(refused(code), None) == refusals.REFUSES
    assert refusals.trouble("the meter does not sign: its status is 131", None) == refusals.REFUSES


def test_a_register_that_says_nothing_is_as_little_believed_as_one_that_jumps():
    model = models.find("eastron-sdm630", wanted=("energy",))
    words = str(raises(MeteringError, models.decode, model, [bytes.fromhex("7fc00000")]))
    assert refusals.trouble(words, None) == refusals.IMPLAUSIBLE
    for lie in (plausible.JUMP, plausible.DISAGREES):
        words = refusals.implausible("1", lie, 5000, 9000)
        assert refusals.trouble(words, lie) == refusals.IMPLAUSIBLE
    words = refusals.implausible("1", plausible.BACKWARDS, 5000, 9)
    assert refusals.trouble(words, plausible.BACKWARDS) == refusals.SET_BACK


def test_another_number_is_another_meter_and_the_gravest():
    exchanged = refusals.trouble(refusals.exchanged("2", "1"), None)
    assert exchanged == refusals.EXCHANGED
    for other in refusals.TROUBLES:
        assert refusals.is_graver(exchanged, other) == (other != exchanged)
        assert not refusals.is_graver(refusals.SILENT, other)
