"""Shows that corrections which contradict their receipts or one another are refused, though they were signed.

It does not know how an order asks for them; its evidence is a receipt that was corrected and then cancelled.
"""

import pytest

from firmware.receipts import correction
from tests.tools.proofs import forging


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    told = forging.played("evening", tmp_path_factory.mktemp("story") / "result.json")["records"]
    old, last = forging.of_kind(told, "session.ended")[0], told[-1]
    members = ("lines", "vat", "net_minor", "gross_minor", "currency", "rounding")
    named = {"receipt": old["receipt"], "hash": "", "code": "", "zone": "UTC0"}
    bill = {name: old[name] for name in members}
    made = (
        (correction.CORRECTED, correction.corrected(old, {**named, "number": 1}, "wrong tariff", bill)),
        (correction.CANCELLED, correction.cancelled(old, {**named, "number": 2}, "wrong tariff")),
    )
    base = {name: last[name] for name in ("terminal", "at", "clock", "ticks_ms")}
    applied = {**base, "kind": "order.applied", "order": {"hash": "", "serial": 3}, "tariffs": []}
    return [*told, applied, *({**base, "kind": kind, "order": {"serial": 3}, **each} for kind, each in made)]


def told(records, folder, change):
    return forging.problems(forging.judged(forging.signed(forging.changed(records, change)), folder))


def renamed(place, number):
    def change(records):
        name = records[place]["receipt"].rpartition("-C")[0]
        records[place]["receipt"] = f"{name}-C{number}"

    return change


def again(place, number):
    """Return a change that makes a correction once more, with another number."""

    def change(records):
        name = records[place]["receipt"].rpartition("-C")[0]
        records.append({**records[place], "receipt": f"{name}-C{number}"})

    return change


def of_the_cancellation(**members):
    return lambda records: records[-1].update(members)


def test_a_receipt_that_was_corrected_and_then_cancelled_holds(records, tmp_path):
    assert told(records, tmp_path, lambda records: None) == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (again(-1, 3), "-C3 cancels KT-0001-000001, which KT-0001-000001-C2 took back before"),
        (again(-2, 3), "-C3 corrects KT-0001-000001, which KT-0001-000001-C2 took back before"),
        (again(-1, 1), "-C1 follows KT-0001-000001-C2: its number stands twice"),
        (renamed(-1, 1), "-C1 follows KT-0001-000001-C1: its number stands twice"),
        (renamed(-1, 5), "-C5 is there and KT-0001-000001-C2 is not: a correction's number is left out"),
        (renamed(-2, 2), "-C2 is there and KT-0001-000001-C1 is not: a correction's number is left out"),
        (
            of_the_cancellation(tariff={"id": "x", "hash": "y"}),
            "names {'hash': 'y', 'id': 'x'} as tariff of KT-0001-000001, which is",
        ),
        (
            of_the_cancellation(session="KT-0001-000002"),
            "names KT-0001-000002 as session of KT-0001-000001, which",
        ),
        (of_the_cancellation(token={}), "names {} as token"),
        (of_the_cancellation(order={"serial": 9}), "is of order 9, and 3 was applied last"),
        (lambda records: records[-1].pop("order"), "lacks or garbles 'order'"),
        (lambda records: records[-1]["lines"][0].update(quantity="-1"), "does not take back what"),
        (
            lambda records: records[-1]["corrects"].update(receipt=records[-2]["receipt"]),
            "names KT-0001-000001-C1, which is not so before it",
        ),
    ],
)
def test_a_correction_that_contradicts_its_receipt_or_another_is_told(change, sentence, records, tmp_path):
    assert sentence in told(records, tmp_path, change)


def test_numbers_that_an_order_used_up_and_was_refused_are_no_gap(records, tmp_path):
    refused = {**records[-3], "kind": "order.refused", "reason": "content"}
    made = [*records[:-2], refused, {**records[-2], "receipt": "KT-0001-000001-C2"}]
    assert forging.problems(forging.judged(forging.signed(made), tmp_path)) == ""
