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


def test_a_write_is_function_16_and_its_answer_repeats_the_place():
    # Application Protocol V1.1b3, 6.12: two registers from 1, 000A and 0102.
    request = modbus.write_request(1, 0x0001, [0x000A, 0x0102])
    assert request[:-2] == bytes.fromhex("01100001000204000a0102")
    answer = modbus.with_crc(bytes.fromhex("011000010002"))
    assert len(answer) == modbus.response_size(modbus.WRITE, 2)
    modbus.parse_written(request, answer)
    for other, word in (
        (b"", "did not answer"),
        (answer[:-1], "7 of 8 bytes"),
        (modbus.with_crc(bytes.fromhex("011000020002")), "another write"),
        (modbus.with_crc(bytes.fromhex("021000010002")), "unit 2"),
        (modbus.with_crc(bytes.fromhex("019002")), "illegal data address"),
    ):
        assert word in str(raises(MeteringError, modbus.parse_written, request, other))
    for arguments in ((0, 0, [1]), (1, 0, []), (1, 65535, [1, 2]), (1, 0, [0] * 124)):
        raises(MeteringError, modbus.write_request, *arguments)


def start(content):
    """Return where the answer to the manual's request begins."""
    return modbus.start_of_answer(REQUEST, content, len(ANSWER))


def test_an_answer_begins_behind_an_echo_noise_and_late_answers():
    assert start(ANSWER) == 0
    assert start(REQUEST + ANSWER) == 8
    assert start(b"\x00\xff" + ANSWER + b"\xff") == 2
    assert start(REQUEST + b"\x00" + ANSWER) == 9
    assert start(modbus.with_crc(bytes.fromhex("010402") + bytes(2)) + ANSWER) == 7
    assert start(modbus.with_crc(bytes.fromhex("020404") + bytes(4)) + ANSWER) == 9
    assert start(b"\x01\x04" + ANSWER) == 2


def test_an_echo_that_looks_like_the_answer_is_none():
    # The iEM3155's energy, function 3 from 0C83h: its answer has 0Ch bytes.
    asked = modbus.read_request(7, 3, 0x0C83, 6)
    answer = modbus.with_crc(bytes.fromhex("07030c") + bytes(4) + bytes.fromhex("3ade68b1") + bytes(4))
    size = len(answer)
    for count in range(size - len(asked) + 1):
        assert modbus.start_of_answer(asked, asked + answer[:count], size) == len(asked)
    assert modbus.start_of_answer(asked, asked + answer, size) == len(asked)
    assert modbus.start_of_answer(asked, answer, size) == 0
    # What is written is answered with its own beginning.
    written = modbus.write_request(1, 0x7040, [0x42])
    answer = modbus.with_crc(written[:6])
    for count in range(len(answer), len(written) + 1):
        assert modbus.start_of_answer(written, written[:count], len(answer)) == len(written)
    assert modbus.start_of_answer(written, written + answer, len(answer)) == len(written)
    assert modbus.start_of_answer(written, answer, len(answer)) == 0


def test_as_long_as_an_answer_comes_in_its_beginning_is_waited_for():
    for size in range(1, len(ANSWER)):
        assert start(b"\xff" + ANSWER[:size]) == 1
        assert start(REQUEST + ANSWER[:size]) == 8


def test_where_nothing_looks_like_the_answer_all_is_left_to_be_named():
    foreign = modbus.with_crc(bytes.fromhex("020404") + bytes(4))
    assert start(foreign) == 0
    assert start(b"") == 0
    assert start(ANSWER[:-1] + b"\x00") == 0


def test_an_answer_that_follows_another_masters_request_is_not_ours():
    asked = modbus.read_request(1, 4, 0x0100, 2)
    content = asked + ANSWER
    raises(MeteringError, modbus.parse_response, 1, 4, 2, content[start(content) :][: len(ANSWER)])


def test_a_refusal_is_known_by_its_crc():
    refusal = modbus.with_crc(bytes.fromhex("018402"))
    assert modbus.is_refusal(refusal, 0) and modbus.is_refusal(b"\xff" + refusal, 1)
    assert not modbus.is_refusal(refusal[:-1], 0)
    assert not modbus.is_refusal(refusal[:-1] + b"\x00", 0)
    assert not modbus.is_refusal(ANSWER, 0)
