"""Modbus TCP's envelope; the bytes are those of "Messaging on TCP/IP" V1.0b, 3.1.3 and its example."""

from firmware.errors import MeteringError
from firmware.metering import mbap, modbus
from tests.portable import raises

REQUEST = modbus.read_request(1, 3, 0x0004, 1)
# Transaction, protocol 0, six bytes: unit 1 is asked for register 4.
ENVELOPED = bytes.fromhex("000100000006010300040001")
ANSWER = bytes.fromhex("0001000000050103020005")


def asked():
    """Return the envelopes of a connection on which one request is under way."""
    envelopes = mbap.Envelopes()
    assert envelopes.wrap(REQUEST) == ENVELOPED
    return envelopes


def fed(envelopes, content, room=260):
    """Return the answer that this content brings, None where it brings none."""
    answer = bytearray(room)
    size = envelopes.feed(content, len(content), answer)
    return bytes(answer[:size]) if size else None


def test_an_answer_comes_out_as_the_serial_line_would_bring_it():
    frame = fed(asked(), ANSWER)
    assert modbus.parse_response(1, 3, 1, frame) == bytes.fromhex("0005")


def test_an_answer_may_come_in_any_pieces():
    for size in range(1, len(ANSWER)):
        envelopes = asked()
        assert fed(envelopes, ANSWER[:size]) is None
        assert fed(envelopes, ANSWER[size:]) is not None
    envelopes = asked()
    assert [fed(envelopes, bytes((octet,))) for octet in ANSWER[:-1]] == [None] * (len(ANSWER) - 1)
    assert fed(envelopes, ANSWER[-1:]) is not None


def test_of_a_longer_piece_only_what_came_in_is_taken():
    envelopes, piece, answer = asked(), bytearray(ANSWER + b"what came in before"), bytearray(7)
    assert envelopes.feed(piece, len(ANSWER) - 1, answer) == 0
    assert envelopes.feed(ANSWER[-1:] + b"and more", 1, answer) == 7
    assert answer == modbus.with_crc(ANSWER[6:])


def test_what_follows_the_answer_belongs_to_the_next_one():
    envelopes = asked()
    first = fed(envelopes, ANSWER + b"\x00\x02" + ANSWER[2:5])
    assert first is not None
    envelopes.wrap(REQUEST)
    assert fed(envelopes, ANSWER[5:]) == first


def test_an_answer_is_as_long_as_the_standard_allows_or_as_there_is_room():
    content = b"\x01\x03\xfa" + bytes(range(250))
    whole = b"\x00\x01\x00\x00\x00\xfd" + content
    assert modbus.parse_response(1, 3, 125, fed(asked(), whole)) == content[3:]
    assert fed(asked(), whole, 100) == content[:100]


def test_late_answers_are_passed_over_and_transactions_wrap():
    envelopes = asked()
    assert envelopes.wrap(REQUEST)[:2] == b"\x00\x02"
    assert fed(envelopes, ANSWER) is None
    assert fed(envelopes, ANSWER + b"\x00\x02" + ANSWER[2:]) is not None
    for _ in range(65_534):
        last = envelopes.wrap(REQUEST)
    assert last[:2] == b"\x00\x00"


def test_what_is_no_modbus_tcp_is_refused():
    for content in (
        b"HTTP/1.1 400",
        bytes.fromhex("000100010005ff"),
        bytes.fromhex("000100000000"),
        bytes.fromhex("0001000000ff"),
    ):
        error = raises(MeteringError, asked().feed, content, len(content), bytearray(260))
        assert "no Modbus TCP" in str(error)


def test_a_new_connection_begins_without_what_was_left_of_the_old_one():
    envelopes = asked()
    fed(envelopes, ANSWER[:7])
    envelopes.begin_anew()
    assert fed(envelopes, ANSWER) is not None
