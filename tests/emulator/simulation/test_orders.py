"""Plays orders of the operator: new prices, contracts and denials, through forgers, cuts and bad weather."""

from firmware.crypto import canonical, jose
from firmware.ledger import segment
from firmware.terminal import ordering
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import ALICE, TARIFF, clean, played

# Cuts at every write, and all that is the same on every interpreter: in plain Python it takes minutes.
CPYTHON_ONLY = (
    "test_a_cancelled_receipt_is_taken_back_once_though_power_goes_at_any_write",
    "test_a_cancellation_that_storage_refused_is_written_as_soon_as_there_is_room",
    "test_a_clock_that_is_wrong_is_set_by_an_order_for_the_time_alone",
    "test_a_full_disk_refuses_nothing_but_waits",
    "test_a_partners_discount_comes_by_order_and_stands_on_the_receipt",
    "test_a_price_that_a_driver_was_told_holds_though_an_order_comes_before_the_plug",
    "test_a_receipt_that_is_not_there_cannot_be_cancelled",
    "test_the_newest_receipt_that_the_office_has_can_be_cancelled_without_its_number",
    "test_what_an_office_forgot_of_corrections_the_terminal_knows_also_after_a_power_cut",
    "test_an_order_that_cancels_a_receipt_and_more_of_it_is_refused_as_a_whole",
    "test_an_order_of_which_no_record_could_tell_is_refused",
    "test_an_order_waits_for_the_link_and_for_the_one_before_it",
    "test_contracts_have_to_name_tariffs_that_there_are_and_bad_lists_are_no_order",
    "test_an_order_whose_record_is_damaged_after_a_cut_at_any_write_stops_no_terminal",
    "test_what_was_ordered_survives_a_power_cut_at_every_write",
)
CHARGE = [(5, "plug", True), (5, "tap", "alice"), (60, "tap", "alice"), (5, "plug", False)]

BOB = "CAFE1234"
CARDS = {
    "alice": {"kind": "rfid", "uid": ALICE},
    "bob": {"kind": "rfid", "uid": BOB},
    "stolen": {"kind": "rfid", "uid": "11223344"},
}
DEAR = TARIFF.replace("0.49", "0.79")
BY_CURRENT = TARIFF.replace("0.49", "0.79").replace(
    "}]}]}",
    '}], "restrictions": {"min_current": 40}}, {"price_components": '
    '[{"type": "ENERGY", "price": 0.39, "vat": 19, "step_size": 1}]}]}',
)
BROKEN = TARIFF.replace('"ENERGY"', '"SUNSHINE"').replace("0.49", "-0.79")
FOR_BOB = {"contracts": [{"contract": "C2", "uid": BOB, "tariff": "day"}]}
USUAL, DEARER = "0.49", "0.79"


def kinds(records, *wanted):
    """Return the records of these kinds."""
    return [record for record in records if record["kind"] in wanted]


def prices(receipts):
    """Return the price of a kWh on each receipt."""
    return [receipt["lines"][0]["unit_price"] for receipt in receipts]


def decisions(records):
    """Return kind, serial number and reason of what became of each order."""
    found = kinds(records, "order.applied", "order.refused")
    return [(each["kind"], each["order"].get("serial"), each.get("reason")) for each in found]


def test_a_new_price_counts_from_the_next_session_on_and_a_contract_and_a_denial_at_once():
    order = dict(FOR_BOB, tariffs=[DEAR], deny=[ALICE])
    steps = [(5, "order", order), (30, "plug", True), (5, "tap", "alice"), (20, "tap", "bob")]
    steps += [(60, "tap", "bob"), (60, "plug", False)]
    receipts, records, _ = clean(steps, cards=CARDS)
    assert prices(receipts) == [DEARER]
    assert [each["reason"] for each in kinds(records, "session.rejected")] == ["denied"]
    assert decisions(records) == [("order.applied", 1, None)]
    applied = kinds(records, "order.applied")[0]
    assert applied["changed"] == ["contracts", "deny", "tariffs"] and len(applied["order"]["hash"]) == 64
    assert [applied["tariffs"][0][1], "C2"] == [receipts[0]["tariff"]["hash"], receipts[0]["contract"]]


def test_the_running_session_keeps_its_price_and_its_contract():
    order = dict(FOR_BOB, tariffs=[DEAR], removed={"contracts": ["C1"]})
    steps = CHARGE[:2] + [(30, "order", order)] + [(60, "tap", "alice"), (60, "plug", False)]
    receipts, records, _ = clean(steps + [(5, "tap", "alice"), (9, "hold", "")], cards=CARDS)
    assert prices(receipts) == [USUAL]
    assert kinds(records, "order.applied")[0]["seq"] < receipts[0]["seq"]
    assert kinds(records, "session.rejected")[0]["reason"] == "unknown_card"


def test_a_price_that_a_driver_was_told_holds_though_an_order_comes_before_the_plug():
    steps = [(5, "tap", "alice"), (2, "order", {"tariffs": [DEAR]}), (20, "plug", True)]
    receipts, records, _ = clean(steps + [(60, "tap", "alice"), (60, "plug", False)], cards=CARDS)
    assert prices(receipts) == [USUAL]
    assert decisions(records) == [("order.applied", 1, None)]


def test_an_order_waits_for_the_link_and_for_the_one_before_it():
    steps = [(0, "link", "down"), (5, "order", {"tariffs": [DEAR]}), (5, "order", FOR_BOB), (5, "plug", True)]
    steps += [(5, "tap", "alice"), (60, "tap", "alice"), (5, "plug", False), (5, "link", "up")]
    steps += [(0, "wait", "uploaded"), (5, "plug", True), (5, "tap", "bob"), (60, "tap", "bob")]
    steps += [(60, "plug", False)]
    receipts, records, _ = clean(steps, cards=CARDS)
    assert prices(receipts) == [USUAL, DEARER]
    assert decisions(records) == [("order.applied", 1, None), ("order.applied", 2, None)]


def test_a_wrong_tariff_is_refused_as_a_whole_with_every_problem_and_the_next_order_counts():
    bad = dict(FOR_BOB, tariffs=[BROKEN], deny=["no card"])
    steps = [(5, "order", bad), (5, "order", {"deny": ["CAFE1234"]})] + CHARGE
    receipts, records, _ = clean(steps + [(5, "tap", "bob"), (9, "hold", "")], cards=CARDS)
    assert prices(receipts) == [USUAL]
    assert decisions(records) == [("order.refused", 1, "content"), ("order.applied", 2, None)]
    problems = kinds(records, "order.refused")[0]["problems"]
    assert len(problems) == 3, problems
    for part in ("SUNSHINE", "price", "deny/0"):
        assert [problem for problem in problems if part in problem], (part, problems)
    assert kinds(records, "session.rejected")[0]["reason"] == "denied"


def test_contracts_have_to_name_tariffs_that_there_are_and_bad_lists_are_no_order():
    steps = []
    for changes in (
        {"contracts": [{"contract": "C2", "uid": BOB, "tariff": "night"}]},
        {"removed": {"tariffs": ["day"]}},
        {"contracts": [{"contract": "C2", "uid": ALICE, "tariff": "day"}]},
        {"settings": {"office_url": "http://elsewhere"}},
        {"commands": [{"command": "open"}]},
    ):
        steps.append((20, "order", changes))
    receipts, records, _ = clean(steps + [(30, "plug", True)] + CHARGE[1:], cards=CARDS)
    assert prices(receipts) == [USUAL]
    assert decisions(records) == [("order.refused", serial, "content") for serial in (1, 2, 3, 4, 5)]


def test_no_forged_order_gets_through_and_none_fills_the_ledger():
    forgeries = ("signature", "nonce", "terminal", "serial", "form")
    steps = []
    for _ in range(2):
        steps += [(20, "order", {"tariffs": [DEAR], "deny": [ALICE], "forged": each}) for each in forgeries]
    steps += [(60, "wait", "uploaded"), (0, "order", FOR_BOB)] + CHARGE
    receipts, records, _ = clean(steps, cards=CARDS)
    assert prices(receipts) == [USUAL]
    refused = kinds(records, "order.refused")
    assert sorted([each["reason"] for each in refused]) == sorted(forgeries)
    assert decisions(records)[-1] == ("order.applied", 1, None)


def test_what_was_ordered_survives_a_power_cut_at_every_write():
    seen = set()
    for number in range(1, 14):
        steps = [(5, "wait", "uploaded"), (0, "cut_at_write", number)]
        steps += [(5, "order", dict(FOR_BOB, tariffs=[DEAR])), (60, "power", "cut"), (5, "power", "on")]
        steps += [(5, "plug", True), (5, "tap", "bob"), (60, "tap", "bob"), (5, "plug", False)]
        code, records, result, _ = played(steps, cards=CARDS)
        assert code == 0, (number, result["invariants"]["violated"])
        assert decisions(records) == [("order.applied", 1, None)], number
        seen.add(len(kinds(records, "boot")))
        ordered = kinds(records, "order.applied")[0]["tariffs"][0][1]
        assert [each["tariff"]["hash"] for each in kinds(records, "session.ended")] == [ordered], number
    assert seen == {2}


def test_a_terminal_without_a_clock_learns_the_time_from_an_order():
    steps = [(0, "clock", "unset"), (5, "plug", True), (30, "order", {"time": True}), (60, "tap", "alice")]
    _, records, _ = clean(steps + [(60, "tap", "alice"), (60, "plug", False)], cards=CARDS)
    assert kinds(records, "order.applied")[0]["at"] is None
    learned = kinds(records, "clock.learned")[0]
    # The order is made at the first question after half a minute, and a question comes every ten seconds.
    assert "2026-03-28T16:59:35Z" <= learned["at"] <= "2026-03-28T16:59:48Z"
    assert kinds(records, "session.started")[0]["at"] == "2026-03-28T17:00:35Z"


def test_a_clock_that_is_wrong_is_set_by_an_order_for_the_time_alone():
    steps = [(5, "clock", 3600), (20, "order", FOR_BOB), (60, "order", {"time": True}), (60, "plug", True)]
    _, records, _ = clean(steps + [(5, "tap", "alice"), (60, "tap", "alice")], cards=CARDS)
    assert [each["at"] > "2026-03-28T17:50" for each in kinds(records, "order.applied")] == [True, True]
    assert kinds(records, "session.started")[0]["at"] == "2026-03-28T17:01:30Z"


def test_a_cancelled_receipt_is_taken_back_once_though_power_goes_at_any_write():
    counts = set()
    command = {"command": "cancel", "number": 1, "reason": "twice", "receipt": "KT-0001-000001"}
    charged = [(5, "plug", True), (5, "tap", "alice"), (60, "tap", "alice"), (60, "wait", "uploaded")]
    receipts, records, _ = clean(charged, cards=CARDS)
    command["seq"] = kinds(records, "session.ended")[0]["seq"]
    for number in range(1, 8):
        steps = charged + [(0, "cut_at_write", number), (5, "order", {"commands": [command]})]
        code, records, result, _ = played(steps + [(60, "power", "cut"), (5, "power", "on")], cards=CARDS)
        assert code == 0, (number, result["invariants"]["violated"])
        told = kinds(records, "receipt.cancelled")
        assert [(each["receipt"], each["gross_minor"]) for each in told] == [
            ("KT-0001-000001-C1", -receipts[0]["gross_minor"])
        ], number
        counts.add(len(kinds(records, "boot")))
    assert counts == {2}


def test_a_receipt_that_is_not_there_cannot_be_cancelled():
    command = {"command": "cancel", "number": 1, "reason": "no", "receipt": "KT-0001-000001", "seq": 1}
    _, records, _ = clean([(5, "order", {"commands": [command], "deny": [ALICE]})] + CHARGE, cards=CARDS)
    assert decisions(records) == [("order.refused", 1, "content")]
    assert "no receipt" in kinds(records, "order.refused")[0]["problems"][0]
    assert len(kinds(records, "session.ended")) == 1


def test_an_order_for_a_receipt_that_the_office_lacks_is_told_as_the_storys_fault():
    command = {"command": "cancel", "receipt": "KT-0001-000001", "reason": "early"}
    steps = [(0, "link", "down")] + CHARGE + [(5, "order", {"commands": [command]})]
    code, _, result, _ = played(steps, cards=CARDS)
    assert code == 1
    told = "the office has no receipt KT-0001-000001 that an order could cancel or correct"
    assert [wrong for wrong in result["invariants"]["violated"] if told in str(wrong)]


def test_an_order_that_trips_the_terminal_up_is_refused_and_stops_nothing():
    real = ordering.changes.effective

    def trip(lists, changed):
        raise KeyError("tariffs")

    ordering.changes.effective = trip
    try:
        told = [(5, "order", {"deny": [ALICE]}), (60, "wait", "uploaded")]
        _, records, _ = clean(told + CHARGE, cards=CARDS)
    finally:
        ordering.changes.effective = real
    assert decisions(records) == [("order.refused", 1, "content")]
    assert "KeyError" in kinds(records, "order.refused")[0]["problems"][0]
    assert len(kinds(records, "session.ended")) == 1


TAKEN = CHARGE + [(60, "wait", "uploaded")]


def test_the_newest_receipt_that_the_office_has_can_be_cancelled_without_its_number():
    order = (5, "order", {"commands": [{"command": "cancel", "receipt": "newest", "reason": "goodwill"}]})
    # Before the first receipt there is nothing that could be ordered.
    _, records, _ = clean([order] + TAKEN + TAKEN + [order, (60, "wait", "uploaded")], cards=CARDS)
    assert decisions(records) == [("order.applied", 1, None)]
    assert [told["receipt"] for told in kinds(records, "receipt.cancelled")] == ["KT-0001-000002-C1"]


def commands():
    """Return what cancels and what corrects the first receipt, by numbers of their own."""
    _, records, _ = clean(TAKEN, cards=CARDS)
    old = kinds(records, "session.ended")[0]
    told = {"receipt": old["receipt"], "reason": "r", "seq": old["seq"]}
    members = ("lines", "vat", "net_minor", "gross_minor", "currency", "rounding")
    bill = {name: old[name] for name in members}
    return dict(told, command="cancel"), dict(told, command="correct", bill=bill)


def test_what_an_office_forgot_of_corrections_the_terminal_knows_also_after_a_power_cut():
    cancel, correct = commands()
    orders = [[dict(correct, number=2)], [dict(correct, number=2)], [dict(correct, number=1)]]
    orders += [[dict(cancel, number=3)], [dict(cancel, number=4)], [dict(correct, number=5)]]
    steps = list(TAKEN)
    for given in orders:
        # What changes nothing of receipts takes nothing of what is known of them.
        steps += [(20, "order", {"commands": given}), (20, "order", {"anew": True, "tariffs": [TARIFF]})]
        steps += [(60, "power", "cut"), (5, "power", "on"), (20, "wait", "uploaded")]
    _, records, _ = clean(steps, cards=CARDS)
    names = [each["receipt"] for each in kinds(records, "receipt.corrected", "receipt.cancelled")]
    assert names == ["KT-0001-000001-C2", "KT-0001-000001-C3"]
    why = [each["problems"] for each in kinds(records, "order.refused")]
    there = "commands/0: KT-0001-000001-C2 is there already, so that the next correction is 3 or more, not %d"
    gone = "commands/0: KT-0001-000001-C3 cancelled receipt KT-0001-000001 already"
    assert why == [[there % 2], [there % 1], [gone], [gone]]


def test_an_order_that_cancels_a_receipt_and_more_of_it_is_refused_as_a_whole():
    cancel, correct = commands()
    steps = list(TAKEN)
    for other in (dict(cancel, number=2), dict(correct, number=2)):
        steps += [(20, "order", {"commands": [dict(cancel, number=1), other], "deny": [ALICE]})]
    _, records, _ = clean(steps + [(60, "wait", "uploaded")], cards=CARDS)
    assert kinds(records, "receipt.corrected", "receipt.cancelled") == []
    assert [each["problems"] for each in kinds(records, "order.refused")] == [
        ["commands/1: KT-0001-000001-C1 cancelled receipt KT-0001-000001 already"]
    ] * 2


def test_a_partners_discount_comes_by_order_and_stands_on_the_receipt():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "discounts": ["bistro"]}
    order = {"discounts": [{"id": "bistro", "name": "Bistro", "percent": 10}], "contracts": [contract]}
    receipts, _, _ = clean([(5, "order", order), (15, "wait", "idle")] + CHARGE, cards=CARDS)
    shares = {line["dimension"]: line["gross_minor"] for line in receipts[0]["lines"]}
    # A tenth less; each line is rounded.
    assert abs(10 * shares["DISCOUNT"] + shares["ENERGY"]) < 10 and shares["DISCOUNT"] < 0
    assert [line["discount"]["id"] for line in receipts[0]["lines"] if "discount" in line] == ["bistro"]


def test_a_full_disk_refuses_nothing_but_waits():
    steps = [(5, "wait", "uploaded"), (0, "storage_free_bytes", 0), (5, "order", {"tariffs": [DEAR]})]
    steps += [(120, "storage_free_bytes", 100000000), (120, "wait", "uploaded")] + CHARGE
    receipts, records, _ = clean(steps, cards=CARDS)
    assert prices(receipts) == [DEARER]
    assert decisions(records) == [("order.applied", 1, None)]


def test_a_cancellation_that_storage_refused_is_written_as_soon_as_there_is_room():
    charged = CHARGE + [(60, "wait", "uploaded")]
    _, records, _ = clean(charged, cards=CARDS)
    command = {"command": "cancel", "number": 1, "reason": "twice", "receipt": "KT-0001-000001"}
    command["seq"] = kinds(records, "session.ended")[0]["seq"]
    for free_bytes in range(600, 4000, 400):
        steps = charged + [(0, "storage_free_bytes", free_bytes), (5, "order", {"commands": [command]})]
        _, records, _ = clean(
            steps + [(120, "storage_free_bytes", 100000000), (90, "wait", "idle")], cards=CARDS
        )
        assert len(kinds(records, "receipt.cancelled")) == 1, free_bytes
        assert decisions(records) == [("order.applied", 1, None)], free_bytes


def test_a_price_that_depends_on_the_current_holds_though_no_tariff_of_an_order_asks_for_it():
    steps = CHARGE[:2] + [(600, "order", {"tariffs": [TARIFF]}), (600, "tap", "alice"), (60, "plug", False)]
    receipts, records, _ = clean(steps, cards=CARDS, tariffs=[BY_CURRENT])
    # 11 kW are 47.8 A over three phases all the time.
    assert [prices([receipt]) for receipt in receipts] == [[DEARER]] and len(receipts[0]["lines"]) == 1
    assert kinds(records, "order.applied")[0]["seq"] < receipts[0]["seq"]


def test_a_cut_session_is_closed_by_its_own_price_though_an_order_took_its_tariff_away():
    night = DEAR.replace('"day"', '"night"')
    gone = {"tariffs": ["day"], "contracts": ["C1"]}
    for_bob = [dict(FOR_BOB["contracts"][0], tariff="night")]
    order = {"tariffs": [night], "removed": gone, "contracts": for_bob}
    steps = CHARGE[:2] + [(300, "order", order), (60, "power", "cut"), (60, "power", "on")]
    steps += [(30, "plug", False), (30, "plug", True), (5, "tap", "bob"), (60, "tap", "bob")]
    steps += [(60, "plug", False), (60, "wait", "idle")]
    receipts, _, _ = clean(steps, cards=CARDS)
    assert prices(receipts) == [USUAL, DEARER]
    assert [receipt["contract"] for receipt in receipts] == ["C1", "C2"]


def spoilt_order(charger, found):
    """Have the newest record spoilt while there is no power, where it is that of the second order."""

    async def wait():
        while charger.is_powered() or charger.kernel.now_ms < 60000:
            await charger.kernel.sleep_ms(1000)
        disk = charger.disk.platter()
        name = segment.newest(disk)
        content = bytearray(disk.read(name))
        told = [(at, text) for at, text, _, _ in segment.scan(bytes(content)) if text]
        offset, compact = told[-1]
        record = canonical.decode(jose.split(compact, "record+jws")[0])
        if (record["kind"], record.get("order", {}).get("serial")) == ("order.applied", 2):
            content[offset + 300] ^= 1
            disk.replace(name, bytes(content))
            found.append(record["seq"])

    charger.kernel.spawn(wait())


def test_an_order_whose_record_is_damaged_after_a_cut_at_any_write_stops_no_terminal():
    found = []
    for number in range(1, 8):
        steps = [(5, "order", FOR_BOB), (60, "wait", "uploaded"), (60, "cut_at_write", number)]
        steps += [(5, "order", {"tariffs": [DEAR]}), (60, "power", "cut"), (60, "power", "on")]
        steps += [(60, "plug", True), (5, "tap", "bob"), (60, "tap", "bob"), (60, "plug", False)]
        told = Played(steps, lambda charger: spoilt_order(charger, found), cards=CARDS).holds()
        assert prices(told.of("session.ended")) == [DEARER], number
    assert found


def test_an_order_of_which_no_record_could_tell_is_refused():
    steps = CHARGE + [(60, "wait", "uploaded")]
    named = [TARIFF.replace('"day"', '"tariff-%03d"' % number) for number in range(150)]
    for first in (0, 50, 100):
        steps += [(20, "order", {"tariffs": named[first : first + 50]})]
    line = {"dimension": "ENERGY", "quantity": "0.01", "unit_price": "1", "vat": "0", "note": "y" * 20}
    line.update({"net_minor": 1, "vat_minor": 0, "gross_minor": 1})
    bill = {"currency": "EUR", "rounding": {}, "lines": [line] * 80, "net_minor": 80, "gross_minor": 80}
    bill["vat"] = [{"rate": "0", "net_minor": 80, "vat_minor": 0}]
    command = {"command": "correct", "number": 1, "reason": "r", "receipt": "KT-0001-000001", "bill": bill}
    _, records, _ = clean(CHARGE, cards=CARDS)
    command["seq"] = kinds(records, "session.ended")[0]["seq"]
    steps += [(20, "order", {"commands": [command]}), (60, "wait", "idle")] + CHARGE
    receipts, records, _ = clean(steps, cards=CARDS)
    assert [kind for kind, _, _ in decisions(records)] == ["order.applied"] * 2 + ["order.refused"] * 2
    tariffs, receipt = [each["problems"][0] for each in kinds(records, "order.refused")]
    assert "151 are more than a record can name" in tariffs and receipt.startswith("commands/0: its record")
    assert prices(receipts) == [USUAL, USUAL]
