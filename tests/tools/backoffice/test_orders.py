"""How the office makes orders, signs them for whoever proves to be the terminal, follows them in records."""

import hashlib
import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from firmware.crypto import canonical as canonical_json
from firmware.crypto import curve, jose, jsontext
from firmware.uplink import orders
from tests.tools.backoffice.conftest import kilotap
from tests.tools.backoffice.terminals import Terminal, canonical

NONCE = "4ZQ5aU0zW1mP0k3oJcD0Eg"
TARIFF = (
    '{"id": "day", "currency": "EUR", "elements": [{"price_components": '
    '[{"type": "ENERGY", "price": 0.79, "vat": 19, "step_size": 1}]}]}'
)


@pytest.fixture
def key(office, place):
    from tools.backoffice.orders.operator_key import provide

    return provide(place)


def make(terminal, **changes):
    from tools.backoffice.orders.making import make as make_order

    return make_order(terminal.identity, changes)


def ask(office, terminal, serial=0, nonce=NONCE, proof=None):
    """Ask with a proof, "" for none; return (status, answer)."""
    path = f"/api/terminals/{terminal.identity}/orders?serial={serial}&nonce={nonce}"
    proof = prove(terminal, serial, nonce) if proof is None else proof
    headers = {"authorization": f"JWS {proof}"} if proof else {}
    response = office.client.get(path, headers=headers, secure=True)
    return response.status_code, response.json()


def prove(terminal, serial=0, nonce=NONCE, signer=None):
    signer = signer or terminal
    question = {"nonce": nonce, "serial": serial, "terminal": terminal.identity}
    header = {"alg": "ES256", "kid": signer.thumbprint, "typ": "order-question+jws"}
    return signer.sign(canonical(question), header)


def opened(told, key, terminal, serial=0, nonce=NONCE):
    """Return payload and refusal of an answer, as the terminal opens it."""
    public = jose.public_from_jwk(key.public())
    asked = (terminal.identity, serial, nonce)
    return curve.finish(orders.opened_steps(told["order"], public, asked))


def applied(terminal, serial, **members):
    return terminal.record("order.applied", order={"hash": "00", "serial": serial}, **members)


def test_an_order_is_signed_for_the_terminal_that_proves_to_ask(office, key):
    terminal = office.enrolled()
    make(terminal, tariffs=[jsontext.parse(TARIFF)], deny=["CAFE1234"])
    status, told = ask(office, terminal)
    assert (status, told["orders"]) == (200, 1)
    order, refusal = opened(told, key, terminal)
    assert refusal is None and order["serial"] == 1 and order["terminal"] == terminal.identity
    assert order["changes"] == {"deny": ["CAFE1234"], "tariffs": [jsontext.parse(TARIFF)]}


def test_who_does_not_prove_to_be_the_terminal_learns_only_that_there_is_an_order(office, key):
    terminal = office.enrolled()
    make(terminal, deny=["CAFE1234"])
    assert ask(office, terminal, proof="") == (200, {"order": None, "orders": 1})
    stranger = Terminal(scalar=9)
    for proof in (
        prove(terminal, signer=stranger),
        prove(terminal, nonce="A" * 22),
        prove(terminal, serial=1),
        prove(Terminal("KT-0002", scalar=1)),
        prove(terminal)[:-4] + "AAAA",
        "a.b.c",
        terminal.records(1)[0],
    ):
        status, told = ask(office, terminal, proof=proof)
        assert status == 401 and "order" not in told, proof


def test_orders_come_one_after_the_other_and_none_after_the_last(office, key):
    terminal = office.enrolled()
    make(terminal, deny=["CAFE1234"])
    make(terminal, set_clock=True)
    for serial, changes in ((0, {"deny": ["CAFE1234"]}), (1, {"set_clock": True})):
        told = ask(office, terminal, serial)[1]
        assert opened(told, key, terminal, serial)[0]["changes"] == changes
    assert ask(office, terminal, 2) == (200, {"order": None, "orders": 2})


def test_a_terminal_that_brings_records_hears_of_the_newest_order(office, key):
    terminal = office.enrolled()
    assert office.upload(terminal, terminal.records(1)) == (200, {"next_seq": 2})
    make(terminal, deny=["CAFE1234"])
    assert office.upload(terminal, terminal.records(1)) == (200, {"next_seq": 3, "orders": 1})


def test_questions_that_are_none_are_told_so(office, key):
    terminal = office.enrolled()
    for serial, nonce in (
        ("", NONCE),
        ("-1", NONCE),
        ("x", NONCE),
        (1, "short"),
        (1, "A" * 65),
        (1, "Ä" * 20),
    ):
        assert ask(office, terminal, serial, nonce, proof="")[0] == 422
    assert ask(office, Terminal("KT-0404"), proof="")[0] == 404
    path = f"/api/terminals/{terminal.identity}/orders?serial=1&nonce={NONCE}"
    assert office.client.get(path, headers={"authorization": "Basic x"}, secure=True).status_code == 401
    assert office.client.post(path, secure=True).status_code == 405


def test_an_order_that_cannot_be_is_not_made_and_every_problem_is_told(office, key):
    from tools.backoffice.errors import OfficeError
    from tools.backoffice.orders.making import NotPossible

    terminal = office.enrolled()
    bad = {"deny": ["x"], "tariffs": [{"id": "day"}], "settings": {"office_url": "http://elsewhere"}}
    with pytest.raises(NotPossible) as told:
        make(terminal, **bad)
    for place in ("deny/0", "tariffs/0", "settings/office_url"):
        assert [problem for problem in told.value.problems if problem.startswith(place)]
    for changes in ({}, {"deny": [f"{number:08X}" for number in range(1500)]}):
        with pytest.raises(NotPossible):
            make(terminal, **changes)
    with pytest.raises(OfficeError, match="no receipt KT-0001-000009"):
        make(terminal, commands=[{"command": "cancel", "receipt": "KT-0001-000009", "reason": "r"}])
    with pytest.raises(OfficeError, match="knows no terminal"):
        make(Terminal("KT-0404"), deny=[])
    assert ask(office, terminal)[1] == {"order": None, "orders": 0}


def test_what_became_of_orders_is_told_by_the_records(office, key):
    from tools.backoffice.orders import following

    terminal = office.enrolled()
    for uid in ("CAFE1234", "CAFE1235", "CAFE1236"):
        make(terminal, deny=[uid])
    first = applied(terminal, 1)
    refused = terminal.record(
        "order.refused", order={"hash": "00", "serial": 2}, reason="content", problems=["deny/0: no"]
    )
    forged = terminal.record("order.refused", order={"hash": "00"}, reason="signature", problems=["not ours"])
    office.upload(terminal, [first, refused, forged])
    states = [(each.order.serial, each.state, each.seq) for each in following.outcomes(terminal.identity)]
    assert states == [(3, "pending", None), (2, "refused", 2), (1, "applied", 1)]
    office.log_in()
    page = office.get(f"/terminals/{terminal.identity}/orders").content.decode()
    for part in ("pending", "applied", "refused", "deny/0: no", "signature", "CAFE1236"):
        assert part in page


def test_a_refusal_that_tells_no_problems_in_a_list_is_shown_all_the_same(office, key):
    from tools.backoffice.orders import following

    terminal = office.enrolled()
    make(terminal, deny=["CAFE1234"])
    told = {"order": {"hash": "00", "serial": 1}, "reason": "content", "problems": 7}
    office.upload(terminal, [terminal.record("order.refused", **told)])
    assert [(each.state, each.problems) for each in following.outcomes("KT-0001")] == [("refused", [])]


def test_after_a_restored_backup_no_serial_number_comes_twice(office, key):
    terminal = office.enrolled()
    office.upload(terminal, [applied(terminal, 41)])
    assert make(terminal, deny=["CAFE1234"]).serial == 42


CANCEL = {"command": "cancel", "receipt": "KT-0001-000001", "reason": "twice"}
LINE = {"dimension": "ENERGY", "unit": "kWh", "quantity": "1", "unit_price": "1", "vat": "0"}
TOTALS = {"net_minor": 100, "vat_minor": 0, "gross_minor": 100}
BILL = {
    "currency": "EUR",
    "rounding": "r",
    "lines": [{**LINE, **TOTALS}],
    "vat": [{"rate": "0", "net_minor": 100, "vat_minor": 0}],
    "net_minor": 100,
    "gross_minor": 100,
}
CORRECT = {**CANCEL, "command": "correct", "bill": BILL}


def refused(terminal, serial):
    told = {"order": {"hash": "00", "serial": serial}, "reason": "content", "problems": ["no"]}
    return terminal.record("order.refused", **told)


def numbers(order):
    return [command["number"] for command in order.changes["commands"]]


def charged(office):
    """Return a terminal of which the office has a receipt."""
    terminal = office.enrolled()
    office.upload(terminal, terminal.session(1))
    return terminal


def test_a_correction_finds_its_receipt_and_counts_the_ones_before(office, key):
    terminal = charged(office)
    assert make(terminal, commands=[CORRECT]).changes["commands"] == [{**CORRECT, "seq": 2, "number": 1}]
    assert numbers(make(terminal, commands=[CORRECT, CORRECT, CANCEL])) == [2, 3, 4]


def test_a_corrections_number_is_given_once_whatever_becomes_of_the_orders_in_a_row(office, key):
    terminal = charged(office)
    orders = [make(terminal, commands=[CORRECT]) for _ in range(3)]
    assert [numbers(order) for order in orders] == [[1], [2], [3]]
    first, second = applied(terminal, 1), refused(terminal, 2)
    office.upload(terminal, [first, second])
    assert numbers(make(terminal, commands=[CORRECT])) == [4]
    office.upload(terminal, [refused(terminal, 3), refused(terminal, 4)])
    assert numbers(make(terminal, commands=[CORRECT])) == [5]
    # An office that was restored from a copy of before knows of the records alone.
    from tools.backoffice.orders.models import Order

    Order.objects.all().delete()
    written = {"session": "KT-0001-000001", "receipt": "KT-0001-000001-C7"}
    office.upload(terminal, [terminal.record("receipt.corrected", **written)])
    assert numbers(make(terminal, commands=[CORRECT])) == [8]


@pytest.mark.parametrize("command", [CANCEL, CORRECT])
def test_of_a_receipt_that_an_order_cancels_nothing_is_cancelled_or_corrected(office, key, command):
    from tools.backoffice.errors import NotPossible

    terminal = charged(office)
    with pytest.raises(NotPossible, match="commands/1: receipt .* command 0 of this order cancels it"):
        make(terminal, commands=[CANCEL, command])
    make(terminal, commands=[CANCEL])
    with pytest.raises(NotPossible, match="KT-0001-000001 cannot be c.*: order 1 cancels it"):
        make(terminal, commands=[command])
    office.upload(terminal, [refused(terminal, 1)])
    assert numbers(make(terminal, commands=[CANCEL])) == [2]
    written = {"session": "KT-0001-000001", "receipt": "KT-0001-000001-C2"}
    office.upload(terminal, [applied(terminal, 2), terminal.record("receipt.cancelled", **written)])
    with pytest.raises(NotPossible, match=r"KT-0001-000001-C2 cancelled it \(record 5\)"):
        make(terminal, commands=[command])


def test_what_was_refused_is_looked_up_once_however_often_a_receipt_was_to_be_cancelled(office, key):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    terminal = charged(office)
    for serial in range(1, 5):
        make(terminal, commands=[CANCEL])
        office.upload(terminal, [refused(terminal, serial)])
    with CaptureQueriesContext(connection) as few:
        make(terminal, commands=[CORRECT])
    office.upload(terminal, [refused(terminal, 5)])
    for serial in range(6, 10):
        make(terminal, commands=[CANCEL])
        office.upload(terminal, [refused(terminal, serial)])
    with CaptureQueriesContext(connection) as more:
        make(terminal, commands=[CORRECT])
    assert len(more) == len(few)


def test_a_command_that_is_none_of_a_cancelled_receipt_is_refused_in_words(office, key):
    from tools.backoffice.errors import NotPossible

    terminal = charged(office)
    make(terminal, commands=[CANCEL])
    for command in (["cancel"], {"cancel": 1}, None):
        with pytest.raises(NotPossible, match="commands/0"):
            make(terminal, commands=[{**CANCEL, "command": command}])


def test_places_and_numbers_are_the_offices_to_give(office, key):
    from tools.backoffice.errors import NotPossible

    terminal = charged(office)
    with pytest.raises(NotPossible, match="commands/0: number: the office gives it"):
        make(terminal, commands=[{**CORRECT, "number": 1}])


def test_two_orders_at_the_same_time_cancel_a_receipt_once_and_give_no_number_twice(office, key, monkeypatch):
    from django.db import connection

    from tools.backoffice.errors import NotPossible
    from tools.backoffice.orders import placing

    terminal, counted = charged(office), placing.placed

    def slowly(*words):
        told = counted(*words)
        time.sleep(0.3)
        return told

    monkeypatch.setattr(placing, "placed", slowly)

    def order(command):
        try:
            return numbers(make(terminal, commands=[command]))
        except NotPossible as problem:
            return problem.problems
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(order, [CORRECT, CORRECT])) == [[1], [2]]
        made = list(people.map(order, [CANCEL, CANCEL]))
    assert sorted(made, key=str)[1] == [3]
    assert "cannot be cancelled again: order 3 cancels it" in sorted(made, key=str)[0][0]


def test_the_command_says_why_a_receipt_cannot_be_cancelled_again(office, key, place, tmp_path):
    make(charged(office), commands=[CANCEL])
    (tmp_path / "order.json").write_text(json.dumps({"commands": [CANCEL]}))
    told = kilotap("order", "KT-0001", "--file", str(tmp_path / "order.json"), data=place.directory)
    assert told.returncode == 2
    assert "receipt KT-0001-000001 cannot be cancelled again: order 1 cancels it" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_operators_key_is_told_at_enrolment_and_its_file_is_its_owners_alone(office, key, place):
    from tools.backoffice.records.enrolment import invite

    terminal = Terminal("KT-0077", scalar=77)
    body = json.dumps({"code": invite("KT-0077"), "key": terminal.jwk})
    told = office.post("/api/terminals/KT-0077/enrol", body, "application/json")[1]
    assert told["operator_key"] == key.public() and "d" not in told["operator_key"]
    path = place.directory / "operator.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = hashlib.sha256(path.read_bytes()).digest()
    from tools.backoffice.orders.operator_key import provide

    assert provide(place).public() == key.public()
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_the_command_takes_toml_and_json_keeps_decimals_and_names_what_is_wrong(tmp_path):
    data = tmp_path / "office"
    assert kilotap("enrol", "KT-0001", data=data).returncode == 0
    (tmp_path / "day.json").write_text(TARIFF)
    toml = 'tariffs = ["day.json"]\ntime = true\n[[discounts]]\nid = "bistro"\npercent = 12.5\n'
    (tmp_path / "order.toml").write_text(toml)
    made = kilotap("order", "KT-0001", "--file", str(tmp_path / "order.toml"), "--json", data=data)
    assert json.loads(made.stdout) == {
        "terminal": "KT-0001",
        "serial": 1,
        "changes": ["discounts", "set_clock", "tariffs"],
    }
    (tmp_path / "order.json").write_text(f'{{"tariffs": [{TARIFF}], "deny": ["CAFE1234"]}}')
    made = kilotap("order", "KT-0001", "--file", str(tmp_path / "order.json"), data=data)
    assert made.stdout == "order 2 for KT-0001 is ready\n"
    told = json.loads(kilotap("orders", "KT-0001", "--json", data=data).stdout)
    assert [(each["serial"], each["state"]) for each in told["orders"]] == [(2, "pending"), (1, "pending")]
    bad = {
        "tarifs = []": "no such member",
        "since = 2026-01-01": "in quotes",
        'tariffs = ["gone.json"]': "gone.json",
        "deny = [": "no TOML",
        "[settings]\nmessage_s = 0": "message_s",
    }
    for content, reason in bad.items():
        (tmp_path / "bad.toml").write_text(content)
        refused = kilotap("order", "KT-0001", "--file", str(tmp_path / "bad.toml"), data=data)
        assert refused.returncode == 2 and reason in refused.stderr, (content, refused.stderr)
        assert "Traceback" not in refused.stderr
    public = json.loads(kilotap("operator-key", data=data).stdout)
    assert sorted(public) == ["crv", "kty", "x", "y"]


def test_decimals_of_a_toml_file_reach_the_signature_exactly(tmp_path):
    from tools.backoffice.orders import order_file

    (tmp_path / "order.toml").write_text('[[discounts]]\nid = "bistro"\npercent = 12.50\n')
    assert canonical_json.encode(order_file.read(tmp_path / "order.toml")) == (
        b'{"discounts":[{"id":"bistro","percent":12.5}]}'
    )
