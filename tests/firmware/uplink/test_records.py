"""Proves what is sent to the office and how its answers are read."""

from firmware.errors import BatchTooLarge, UplinkError
from firmware.uplink import enrolment, records
from tests.portable import raises

# X and Y of the point whose private key is 1: the base point of P-256 (FIPS 186-4, D.1.2.3).
PUBLIC = bytes.fromhex(
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


def refusal(answer, status, body):
    return str(raises(UplinkError, answer, status, body))


def test_records_go_to_the_path_of_their_terminal():
    assert records.path("KT-0001") == "/api/terminals/KT-0001/records"
    assert records.CONTENT_TYPE == "application/x-ndjson"


def test_an_id_cannot_lead_to_another_path():
    for terminal in ("", ".", "..", "a/b", "a?b", "a b", "\u00e9", "a%2fb", "a\r\n"):
        raises(UplinkError, records.path, terminal)
        raises(UplinkError, enrolment.path, terminal)


def test_stored_records_are_acknowledged():
    assert records.answer(200, b'{"next_seq": 7}') == {"next_seq": 7}
    assert records.answer(200, b'{"next_seq":7,"come_back_s":60,"orders":4,"poll_s":60,"more":1}') == {
        "next_seq": 7,
        "come_back_s": 60,
        "orders": 4,
        "poll_s": 60,
    }


def test_a_gap_and_a_bad_line_say_where_to_go_on():
    assert records.answer(409, b'{"next_seq":3,"reason":"gap"}') == {"next_seq": 3}
    assert records.answer(422, b'{"next_seq":3,"line":2,"reason":"bad\\nsignature"}') == {
        "next_seq": 3,
        "line": 2,
        "reason": "bad signature",
    }


def test_answers_that_are_none_are_refused():
    for status in (200, 409, 422):
        for body in (
            b"",
            b"<html>",
            b"[]",
            b"{}",
            b'{"next_seq":0}',
            b'{"next_seq":"1"}',
            b'{"next_seq":true}',
            b'{"next_seq":1.5}',
            b'{"next_seq":null}',
        ):
            refusal(records.answer, status, body)
    refusal(records.answer, 422, b'{"next_seq":1,"reason":"x"}')
    refusal(records.answer, 200, b'{"next_seq":1,"come_back_s":-1}')
    refusal(records.answer, 200, b'{"next_seq":1,"orders":"x"}')
    refusal(records.answer, 200, b'{"next_seq":1,"poll_s":0}')


def test_an_error_says_what_the_office_said_and_what_to_do():
    assert refusal(records.answer, 404, b'{"reason":"no such terminal"}') == (
        "the office answered 404: no such terminal; enrol this terminal, or correct its id"
    )
    assert refusal(records.answer, 502, b"<html>Bad gateway</html>") == "the office answered 502"
    assert refusal(records.answer, 500, b'["reason"]') == "the office answered 500"
    assert refusal(records.answer, 500, b'{"reason":5}') == "the office answered 500"
    assert len(refusal(records.answer, 500, b'{"reason":"' + b"x" * 5000 + b'"}')) < 250
    assert "\n" not in refusal(records.answer, 500, b'{"reason":"two\\nlines"}')


def test_a_batch_that_is_too_large_is_an_error_of_its_own():
    error = raises(BatchTooLarge, records.answer, 413, b'{"reason":"at most 5 are taken"}')
    assert str(error) == "the office answered 413: at most 5 are taken"
    # nginx before an office answers with a page.
    assert str(raises(BatchTooLarge, records.answer, 413, b"<html>")) == "the office answered 413"


def test_enrolment_carries_code_and_public_key():
    assert enrolment.path("KT-0001") == "/api/terminals/KT-0001/enrol"
    assert enrolment.body("ABCD-EFGH", PUBLIC) == (
        b'{"code":"ABCD-EFGH","key":{"crv":"P-256","kty":"EC",'
        b'"x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}}'
    )


def test_enrolment_succeeds_or_says_why_not():
    enrolment.answer(200, b'{"enrolled":true}')
    enrolment.answer(201, b'{"enrolled":true}')
    assert "ask the operator for a new one" in refusal(enrolment.answer, 403, b'{"reason":"used"}')
    assert "ask the operator for a new one" in refusal(enrolment.answer, 401, b"")
    refusal(enrolment.answer, 404, b'{"reason":"no such terminal"}')
    refusal(enrolment.answer, 200, b"<html>Sign in to this network</html>")
