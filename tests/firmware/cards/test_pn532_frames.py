"""Frames of the PN532; where no other source is named, after UM0701-02, 6.2.1."""

from firmware.cards import pn532
from firmware.errors import CardError
from tests.portable import raises

# Transcripts of nfcpy: GetFirmwareVersion out and back, and a Diagnose answer in an extended frame.
VERSION_COMMAND = bytes.fromhex("0000ff02fed4022a00")
VERSION_RESPONSE = bytes.fromhex("0000ff06fad50332010607e800")
LONG_BODY = bytes.fromhex("d501343536") + bytes(256)
LONG_RESPONSE = bytes.fromhex("0000ffffff0105fa") + LONG_BODY + bytes.fromhex("8b00")


def heard(received):
    return pn532.Decoder().feed(received)


def test_commands_are_framed():
    assert pn532.frame(b"\x02") == VERSION_COMMAND
    assert pn532.frame(b"\x4a\x01\x00") == bytes.fromhex("0000ff04fcd44a0100e100")
    assert pn532.frame(bytes.fromhex("0332010607"), pn532.FROM_CHIP) == VERSION_RESPONSE


def test_long_commands_are_framed_extended():
    assert pn532.frame(LONG_BODY[1:], pn532.FROM_CHIP) == LONG_RESPONSE
    assert pn532.frame(bytes(254))[:6] == bytes.fromhex("0000ffff01d4")
    assert pn532.frame(bytes(255))[:9] == bytes.fromhex("0000ffffff0100ffd4")
    raises(CardError, pn532.frame, b"")
    raises(CardError, pn532.frame, bytes(265))
    assert len(pn532.frame(bytes(264))) == 275


def test_every_kind_of_frame_is_heard():
    assert heard(pn532.ACK) == [("ack",)]
    assert heard(pn532.NACK) == [("nack",)]
    assert heard(pn532.ERROR) == [("error",)]
    assert heard(VERSION_RESPONSE) == [("response", bytes.fromhex("0332010607"))]
    assert heard(LONG_RESPONSE) == [("response", LONG_BODY[1:])]


def test_frames_are_heard_however_the_bytes_are_cut():
    stream = pn532.ACK + VERSION_RESPONSE + pn532.ACK + LONG_RESPONSE + pn532.ERROR + VERSION_RESPONSE
    expected = heard(stream)
    assert [event[0] for event in expected] == ["ack", "response", "ack", "response", "error", "response"]
    for size in (1, 2, 3, 5, 7, 64):
        decoder = pn532.Decoder()
        events = []
        for i in range(0, len(stream), size):
            events.extend(decoder.feed(stream[i : i + size]))
        assert events == expected


def test_noise_before_a_frame_is_skipped():
    for noise in ("55", "00", "ff", "0000", "00ff", "5555000000", "00ffff", "00ff0301", "00ff02fe", "d5d5d5"):
        events = heard(bytes.fromhex(noise) + VERSION_RESPONSE + VERSION_RESPONSE)
        assert events[-1:] == [("response", bytes.fromhex("0332010607"))], noise


def test_a_damaged_frame_is_not_heard_and_the_next_one_is():
    for i in range(len(VERSION_RESPONSE) - 1):
        for bit in range(8):
            damaged = bytearray(VERSION_RESPONSE)
            damaged[i] ^= 1 << bit
            if i == 0:
                continue  # one zero before the start code is enough
            decoder = pn532.Decoder()
            assert ("response", bytes.fromhex("0332010607")) not in decoder.feed(bytes(damaged))


def test_a_frame_in_the_other_direction_is_not_heard():
    assert heard(VERSION_COMMAND) == []
    assert pn532.Decoder(pn532.TO_CHIP).feed(VERSION_COMMAND) == [("response", b"\x02")]


def test_a_length_that_no_frame_has_is_not_waited_for():
    # 0x0200 bytes, length checksum right: more than any frame holds.
    assert heard(bytes.fromhex("0000ffffff0200fe") + VERSION_RESPONSE) == [
        ("response", bytes.fromhex("0332010607"))
    ]
