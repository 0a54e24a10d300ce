"""Opens orders and forged ones: only what the operator signed in answer to this question is trusted."""

from firmware.crypto import canonical, curve, jose, p256
from firmware.errors import UplinkError
from firmware.uplink import orders
from tests.portable import raises

OPERATOR = (3).to_bytes(32, "big")
PUBLIC = p256.public_key(OPERATOR)
ASKED = ("KT-0001", 6, "4ZQ5aU0zW1mP0k3oJcD0Eg")


def statement(**changes):
    """Return what the operator signs, with some members changed."""
    told = {
        "changes": {"deny": ["CAFE1234"]},
        "nonce": ASKED[2],
        "serial": 7,
        "terminal": "KT-0001",
        "time": "2026-03-28T16:59:00Z",
    }
    told.update(changes)
    return told


def sealed(told, private=OPERATOR, kid=None, typ=orders.ORDER_TYPE, alg="ES256"):
    """Return a compact JWS over a document or over bytes."""
    header = {"alg": alg, "kid": kid or jose.thumbprint(p256.public_key(private)), "typ": typ}
    payload = told if isinstance(told, bytes) else canonical.encode(told)
    signed = jose.signing_input(header, payload)
    return jose.compact(signed, p256.sign(private, orders.digest(signed)))


def opened(compact, asked=ASKED):
    """Return the payload and why it is refused, None where it is not."""
    payload, refusal = curve.finish(orders.opened_steps(compact, PUBLIC, asked))
    return payload, refusal and refusal[0]


def test_an_order_of_the_operator_is_opened():
    assert opened(sealed(statement())) == (statement(), None)
    assert opened(sealed(statement(changes={}, serial=900)))[1] is None


def test_an_order_that_another_key_signed_is_refused_also_under_the_operators_name():
    other = (4).to_bytes(32, "big")
    assert opened(sealed(statement(), other)) == ({}, orders.SIGNATURE)
    assert opened(sealed(statement(), other, kid=jose.thumbprint(PUBLIC))) == ({}, orders.SIGNATURE)


def test_every_flipped_bit_of_an_order_shows():
    compact = sealed(statement())
    for at in range(0, len(compact), 37):
        changed = "A" if compact[at] != "A" else "B"
        payload, why = opened(compact[:at] + changed + compact[at + 1 :])
        assert payload == {} and why in (orders.SIGNATURE, orders.FORM), at


def test_a_record_or_a_proof_is_no_order():
    for typ in ("record+jws", "key-proof+jws", "JWT", "order+jws "):
        assert opened(sealed(statement(), typ=typ)) == ({}, orders.FORM)
    for alg in ("none", "HS256", "ES384"):
        assert opened(sealed(statement(), alg=alg)) == ({}, orders.FORM)
    for compact in ("", "a.b", "a.b.c", "a.b.c.d", sealed(statement()) + "=", "A" * 20000):
        assert opened(compact) == ({}, orders.FORM)


def test_an_order_for_another_terminal_question_or_place_is_refused():
    assert opened(sealed(statement(terminal="KT-0002")))[1] == orders.TERMINAL
    assert opened(sealed(statement(nonce="AAAAAAAAAAAAAAAAAAAAAA")))[1] == orders.NONCE
    for serial in (6, 5, 0, -1):
        assert opened(sealed(statement(serial=serial)))[1] == orders.SERIAL


def test_an_order_has_just_its_members():
    for changes in ({"more": 1}, {"serial": "7"}, {"serial": True}, {"changes": []}, {"time": "now"}):
        assert opened(sealed(statement(**changes)))[1] == orders.FORM, changes
    lacking = statement()
    lacking.pop("nonce")
    assert opened(sealed(lacking))[1] == orders.FORM
    for payload in (b"[]", b"7", b'{"a": 1}', b"{", b'{"a":1,"a":2}'):
        assert opened(sealed(payload))[1] == orders.FORM, payload


def test_a_slice_of_opening_is_short():
    steps = orders.opened_steps(sealed(statement()), PUBLIC, ASKED)
    assert len(list(steps)) > 20


def test_the_path_says_what_is_known_and_the_answer_may_be_empty():
    assert orders.path("KT-0001", 6, "abc") == "/api/terminals/KT-0001/orders?serial=6&nonce=abc"
    raises(UplinkError, orders.path, "../KT", 6, "abc")
    assert orders.answer(200, b'{"order": null, "orders": 7}') == (None, 7)
    assert orders.answer(200, b'{"order": "a.b.c", "orders": 9}') == ("a.b.c", 9)
    for status, body in (
        (404, b'{"reason": "no such terminal"}'),
        (500, b""),
        (200, b"[]"),
        (200, b'{"order": 7, "orders": 7}'),
        (200, b'{"order": null}'),
    ):
        raises(UplinkError, orders.answer, status, body)


def test_a_question_is_signed_for_this_place_and_nonce():
    signed = orders.question(("KT-0001", 6, "abc"), PUBLIC)
    compact = jose.compact(signed, bytes(64))
    assert orders.headers(signed, bytes(64)) == [("authorization", "JWS " + compact)]
    asked = canonical.decode(jose.split(compact, "order-question+jws")[0])
    assert asked == {"nonce": "abc", "serial": 6, "terminal": "KT-0001"}
