"""How a terminal's key becomes known, and how no other one ever does. It knows no socket."""

import json
from datetime import timedelta

import pytest

from tests.portable import raises
from tests.tools.backoffice.terminals import Terminal
from tools.backoffice.errors import OfficeError


def ask(office, terminal, code, key=None):
    wish = {"code": code, "key": terminal.jwk if key is None else key}
    path = f"/api/terminals/{terminal.identity}/enrol"
    return office.post(path, json.dumps(wish).encode(), "application/json")


def invite(identity="KT-0001", **more):
    from tools.backoffice.records import enrolment

    return enrolment.invite(identity, **more)


def test_a_code_makes_the_key_known(office):
    terminal = Terminal()
    answer = {"terminal": "KT-0001", "thumbprint": terminal.thumbprint, "next_seq": 1}
    status, told = ask(office, terminal, invite())
    assert told.pop("operator_key")["kty"] == "EC"
    assert (status, told) == (200, answer)
    assert office.upload(terminal, terminal.records(1)) == (200, {"next_seq": 2})


def test_a_lost_answer_can_be_asked_for_again(office):
    terminal, code = Terminal(), invite()
    first = ask(office, terminal, code)
    assert ask(office, terminal, code) == first


def test_a_used_code_gives_no_second_key(office):
    code = invite()
    ask(office, Terminal(), code)
    thief = Terminal(scalar=2)
    assert ask(office, thief, code)[0] == 403
    assert office.state(thief).thumbprint == Terminal().thumbprint


def test_a_code_may_be_typed_in_small_letters_and_without_dashes(office):
    code = invite()
    assert ask(office, Terminal(), code.lower().replace("-", " "))[0] == 200


def test_wrong_codes_are_refused(office):
    code = invite()
    invite("KT-0002")
    wrong = "0" * 16 if code[0] != "0" else "1" * 16
    assert ask(office, Terminal(), wrong)[0] == 401
    assert ask(office, Terminal("KT-0002"), code)[0] == 401
    assert ask(office, Terminal(), "")[0] == 401


def test_a_code_that_has_expired_is_refused(office):
    assert ask(office, Terminal(), invite(life=timedelta(seconds=-1)))[0] == 401


def test_a_new_code_ends_the_old_one(office):
    old = invite()
    new = invite()
    assert ask(office, Terminal(), old)[0] == 401
    assert ask(office, Terminal(), new)[0] == 200


def test_an_enrolled_terminal_gets_no_new_code(office):
    office.enrolled()
    problem = raises(OfficeError, invite)
    assert "a new key is a new terminal" in str(problem)


def test_one_key_speaks_for_one_terminal(office):
    office.enrolled("KT-0001", scalar=1)
    code = invite("KT-0002")
    assert ask(office, Terminal("KT-0002", scalar=1), code)[0] == 403
    assert ask(office, Terminal("KT-0002", scalar=2), code)[0] == 200


def test_nobody_can_be_enrolled_uninvited(office):
    assert ask(office, Terminal("KT-0009"), "0" * 16)[0] == 404


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "AAAA"},
        {"y": Terminal(scalar=2).jwk["y"]},
        {"d": "A" * 43},
        {"x": None},
    ],
)
def test_what_is_no_public_key_of_p256_is_refused_and_the_code_stays_good(office, change):
    terminal, code = Terminal(), invite()
    assert ask(office, terminal, code, {**terminal.jwk, **change})[0] == 422
    assert ask(office, terminal, code)[0] == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code": 7}', b'{"code":"A","code":"B"}', b"\xff"])
def test_what_is_no_wish_is_refused(office, body):
    invite()
    assert office.post("/api/terminals/KT-0001/enrol", body, "application/json")[0] == 422


def test_a_code_is_stored_only_as_its_hash(office):
    code = invite()
    kept = office.models.EnrolmentCode.objects.get().code_hash
    assert len(kept) == 64 and code.replace("-", "").lower() not in kept.lower()


@pytest.mark.parametrize("identity", ["", "KT 1", "../KT", "KT/1", "K" * 41, "-KT"])
def test_an_id_that_cannot_stand_in_an_address_is_refused(office, identity):
    assert "terminal id" in str(raises(OfficeError, invite, identity))
