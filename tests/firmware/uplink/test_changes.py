"""Judges what orders change, and adds them up."""

from firmware.crypto import jsontext
from firmware.uplink import changes

TARIFF = '{"id": "%s", "currency": "EUR", "elements": [{"price_components": [%s]}]}'
ENERGY = '{"type": "ENERGY", "price": %s, "vat": 19, "step_size": 1}'
BEFORE = {
    "tariffs": [{"id": "day"}, {"id": "night"}],
    "contracts": [{"contract": "C1", "uid": "04A1B2C3"}, {"contract": "C2", "uid": "CAFE1234"}],
    "deny": ["11223344"],
    "discounts": [],
}


def tariff(tariff_id="day", price="0.49"):
    return jsontext.parse(TARIFF % (tariff_id, ENERGY % price))


def test_changes_that_can_be_have_no_problems():
    bill = {"currency": "EUR", "rounding": "x", "net_minor": 100, "gross_minor": 119}
    line = {"dimension": "FLAT", "quantity": "1", "unit_price": "1", "vat": "19"}
    bill["lines"] = [dict(line, net_minor=100, vat_minor=19, gross_minor=119)]
    bill["vat"] = [{"rate": "19", "net_minor": 100, "vat_minor": 19}]
    correct = {"command": "correct", "number": 1, "reason": "r", "receipt": "KT-1", "seq": 4, "bill": bill}
    for good in (
        {},
        {"tariffs": [tariff()], "removed": {"tariffs": ["old"]}},
        {"deny": ["CAFE1234", "CN=DE-KTP-C00001-K"], "removed": {"deny": ["11223344"]}},
        {"contracts": [{"contract": "C", "uid": "CAFE1234", "tariff": "day", "discounts": ["staff"]}]},
        {"discounts": [{"id": "staff", "percent": 10}], "settings": {"message_s": 9}, "set_clock": True},
        {"commands": [correct]},
    ):
        assert changes.problems(good) == [], good


def test_every_problem_is_told_with_its_place():
    bad = {
        "tariffs": [tariff(price="-1"), {"id": "x"}],
        "contracts": [{"contract": "C", "uid": "nothing", "tariff": "day", "colour": 1}],
        "discounts": [{"id": "staff", "percent": 101}],
        "settings": {"office_url": "http://elsewhere", "message_s": 0},
        "removed": {"tarifs": [], "deny": "x"},
        "commands": [{"command": "open"}, {"command": "cancel", "seq": 1}],
    }
    told = changes.problems(bad)
    for place in (
        "tariffs/0",
        "tariffs/1",
        "contracts/0/uid",
        "contracts/0/colour",
        "discounts/0",
        "settings/office_url",
    ):
        assert [problem for problem in told if problem.startswith(place)], (place, told)
    for place in ("settings/message_s", "removed/tarifs", "removed/deny", "commands/0", "commands/1"):
        assert [problem for problem in told if problem.startswith(place)], (place, told)


def test_what_has_not_the_shape_of_changes_is_told():
    for bad in (
        {"tarifs": []},
        {"deny": "CAFE1234"},
        {"set_clock": "now"},
        {"removed": []},
        {"settings": []},
        {"commands": {}},
        {"commands": [{"command": "cancel"}] * 21},
        {"commands": [None]},
        {"tariffs": [None]},
        {"contracts": [7]},
    ):
        assert changes.problems(bad), bad


def test_a_bill_that_does_not_add_up_corrects_nothing():
    line = {"dimension": "FLAT", "quantity": "1", "unit_price": "1", "vat": "19"}
    line.update({"net_minor": 100, "vat_minor": 19, "gross_minor": 119})
    good = {"currency": "EUR", "rounding": "x", "net_minor": 100, "gross_minor": 119, "lines": [line]}
    good["vat"] = [{"rate": "19", "net_minor": 100, "vat_minor": 19}]
    command = {"command": "correct", "number": 1, "reason": "r", "receipt": "KT-1", "seq": 4, "bill": good}
    for change in (
        {"gross_minor": 118},
        {"net_minor": "100"},
        {"lines": []},
        {"lines": [dict(line, vat_minor=18)]},
        {"lines": [dict(line, quantity="2")]},
        {"vat": [{"rate": "19", "net_minor": 99, "vat_minor": 19}]},
        {"currency": "XXY"},
        {"colour": 1},
    ):
        bill = dict(good)
        bill.update(change)
        told = dict(command)
        told["bill"] = bill
        assert changes.problems({"commands": [told]}), change


def test_what_bears_the_same_id_is_replaced_and_what_is_removed_goes():
    change = {
        "tariffs": [{"id": "night", "new": 1}],
        "contracts": [{"contract": "C3", "uid": "1"}],
        "deny": ["CAFE1234", "11223344"],
        "removed": {"contracts": ["C1"], "tariffs": ["gone"]},
    }
    assert changes.effective(BEFORE, change) == {
        "tariffs": [{"id": "day"}, {"id": "night", "new": 1}],
        "contracts": [{"contract": "C2", "uid": "CAFE1234"}, {"contract": "C3", "uid": "1"}],
        "deny": ["CAFE1234", "11223344"],
        "discounts": [],
    }


def test_orders_one_after_the_other_and_their_sum_change_the_same():
    story = [
        {"tariffs": [{"id": "night", "new": 1}], "settings": {"message_s": 9, "receipt_s": 30}},
        {"removed": {"tariffs": ["night"], "deny": ["11223344"]}},
        {"deny": ["CAFE1234"], "tariffs": [{"id": "dawn"}], "settings": {"message_s": 8}},
        {"deny": ["11223344"], "contracts": [{"contract": "C1", "uid": "2"}]},
        {"removed": {"contracts": ["C1"], "tariffs": ["dawn"]}},
        {"tariffs": [{"id": "night", "new": 2}]},
        {"anew": True, "tariffs": [{"id": "noon"}], "settings": {"message_s": 7}},
        {"deny": ["CAFE1234"], "removed": {"tariffs": ["noon"]}},
    ]
    lists, overlay = BEFORE, {}
    for change in story:
        lists = changes.effective(lists, change)
        overlay = changes.overlaid(overlay, change)
        assert changes.effective(BEFORE, overlay) == lists, change
        # Applied to what they made already, they change nothing.
        assert changes.effective(lists, overlay) == lists, change
    assert overlay["settings"] == {"message_s": 7, "receipt_s": 30}
