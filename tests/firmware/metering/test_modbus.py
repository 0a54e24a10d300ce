"""Modbus RTU frames: the bytes that go out, and every way in which what comes back is not the answer."""

from firmware.errors import MeteringError, MeterRefused, MeterSilent
from firmware.metering import modbus
from tests.portable import raises

# Eastron SDM320Y user manual, 4.3, example 1 with its request for 230.2 V.
REQUEST = bytes.fromhex("01040000000271cb")
ANSWER = bytes.fromhex("010404436633341b38")
# The same manual, example 2: a holding register, 100 ms of pulse width.
HOLDING_REQUEST = bytes.fromhex("0103000c00020408")
HOLDING_ANSWER = bytes.fromhex("01030442c800006fb5")


def test_the_crc_is_that_of_the_polynomial():
    # Modbus over Serial Line V1.02, 6.2.2: start with ones, shift right, exclusive or with A001.
    for octet in range(256):
        crc = 0xFFFF ^ octet
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        assert modbus.crc16(bytes((octet,))) == crc


def test_request_and_answer_of_the_makers_manual():
    assert modbus.read_request(1, 4, 0x0000, 2) == REQUEST
    assert modbus.parse_response(1, 4, 2, ANSWER) == bytes.fromhex("43663334")
    assert modbus.read_request(1, 3, 0x000C, 2) == HOLDING_REQUEST
    assert modbus.parse_response(1, 3, 2, HOLDING_ANSWER) == bytes.fromhex("42c80000")


def test_crc_has_the_catalogued_check_number_and_vanishes_over_a_whole_frame():
    # CRC-16/MODBUS in the catalogue of parametrised CRC algorithms: check 4B37.
    assert modbus.crc16(b"123456789") == 0x4B37
    assert modbus.crc16(REQUEST) == 0
    assert modbus.with_crc(REQUEST[:-2]) == REQUEST


def test_response_size_is_that_of_the_whole_frame():
    assert modbus.response_size(4, 2) == len(ANSWER)
    assert modbus.response_size(4, 74) == 153


def test_impossible_requests_are_refused():
    for arguments in (
        (0, 4, 0, 2),
        (248, 4, 0, 2),
        (1, 6, 0, 2),
        (1, 4, 0, 0),
        (1, 4, 0, 126),
        (1, 4, -1, 2),
        (1, 4, 65535, 2),
    ):
        raises(MeteringError, modbus.read_request, *arguments)
    assert modbus.read_request(247, 3, 65534, 2)[:6] == bytes.fromhex("f703fffe0002")


def test_no_answer_is_silence_and_the_message_says_what_was_asked():
    error = raises(MeterSilent, modbus.parse_response, 7, 4, 74, b"", 0x0100)
    assert "did not answer" in str(error)
    assert "unit 7: function 4, 74 registers from 0x0100" in str(error)
    assert "from" not in str(raises(MeterSilent, modbus.parse_response, 7, 4, 74, b""))


def test_every_cut_of_an_answer_is_damage():
    for size in range(1, len(ANSWER)):
        error = raises(MeterSilent, modbus.parse_response, 1, 4, 2, ANSWER[:size])
        assert "%d of 9 bytes" % size in str(error)


def test_every_flipped_bit_of_an_answer_is_damage():
    for i in range(len(ANSWER)):
        for bit in range(8):
            frame = bytearray(ANSWER)
            frame[i] ^= 1 << bit
            raises(MeterSilent, modbus.parse_response, 1, 4, 2, bytes(frame))


def test_exception_answer_is_a_refusal_with_its_name():
    # Application Protocol V1.1b3, 6.4: function 84, exception 02.
    frame = modbus.with_crc(bytes.fromhex("018402"))
    error = raises(MeterRefused, modbus.parse_response, 1, 4, 74, frame, 0x0100)
    assert "exception 2, illegal data address" in str(error)
    assert "unit 1" in str(error) and "0x0100" in str(error)
    unnamed = raises(MeterRefused, modbus.parse_response, 1, 4, 74, modbus.with_crc(bytes.fromhex("018463")))
    assert "exception 99" in str(unnamed)


def test_sound_answers_to_another_question_are_no_readings():
    for frame, word in (
        (modbus.with_crc(bytes.fromhex("020404") + bytes(4)), "unit 2"),
        (modbus.with_crc(bytes.fromhex("028402")), "unit 2"),
        (modbus.with_crc(bytes.fromhex("010304") + bytes(4)), "function 3"),
        (modbus.with_crc(bytes.fromhex("018302")), "function 131"),
        (modbus.with_crc(bytes.fromhex("010402") + bytes(2)), "2 bytes"),
        (modbus.with_crc(bytes.fromhex("010402") + bytes(4)), "2 bytes"),
        (modbus.with_crc(bytes.fromhex("010404") + bytes(6)), "frame of 11"),
    ):
        error = raises(MeteringError, modbus.parse_response, 1, 4, 2, frame)
        assert type(error) is MeteringError
        assert word in str(error)
