"""Damages what was ordered: the terminal starts, sells nothing at an unknown price, and is healed."""

import sys

from firmware.crypto import canonical, jose
from firmware.ledger.journal import Journal
from firmware.terminal import retention, startup, tariffs
from tests.emulator.simulation.quick_craft import with_quick_orders
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_orders import CARDS, CHARGE, DEAR, decisions, prices
from tests.emulator.simulation.test_play import ALICE, TARIFF

# Orders are verified in plain Python elsewhere, which takes minutes; they are the same on every interpreter.
CPYTHON_ONLY = ("test_tariffs_that_no_record_can_name_any_more_go_though_power_goes_at_any_write",)
C1 = {"contract": "C1", "uid": ALICE, "tariff": "day"}
# For so long a terminal asks for orders every ten seconds in vain. Its faults are taken back after an hour at
# the soonest; small interpreters, of which an idle hour takes a second, wait a bit longer than that.
IN_VAIN_S = 20_000 if sys.implementation.name == "cpython" else 4_000
# So often it is looked for what is old.
HALF_DAY_S = 43_200


def at_cut(charger, act):
    """Do something to the disk whenever the power is off."""

    async def wait():
        await charger.kernel.sleep_ms(1000)
        while True:
            while charger.is_powered():
                await charger.kernel.sleep_ms(1000)
            act(charger.disk.platter())
            while not charger.is_powered():
                await charger.kernel.sleep_ms(1000)

    charger.kernel.spawn(wait())


def spoil_once(prefix):
    """Return what damages the first blob whose name begins so, once."""
    done = []

    def act(disk):
        for name in sorted(disk.names()):
            if name.startswith(prefix) and not done:
                done.append(name)
                disk.replace(name, disk.read(name)[:-2] + b"!}")

    return act


def tampered(steps, tamper, **changes):
    """Return a story with orders, whose signatures are not what it is about."""
    return with_quick_orders(lambda: Played(steps, tamper, cards=CARDS, **changes))


def played(steps, act):
    return tampered(steps, lambda charger: at_cut(charger, act))


def faults(told, *codes):
    return [(each["kind"], each["fault"]) for each in told.records if each.get("fault") in codes]


def test_a_terminal_that_lost_what_was_ordered_sells_nothing_until_all_of_it_is_ordered_anew():
    anew = {"anew": True, "tariffs": [DEAR], "contracts": [C1], "deny": ["CAFE1234"]}
    steps = [(5, "order", {"tariffs": [DEAR]}), (60, "wait", "uploaded"), (60, "power", "cut")]
    steps += [(60, "power", "on"), (60, "plug", True), (5, "tap", "alice"), (60, "plug", False)]
    steps += [(5, "order", {"deny": ["CAFE1234"]}), (60, "wait", "uploaded"), (5, "order", anew)]
    steps += [(60, "wait", "uploaded")] + CHARGE + [(60, "wait", "idle"), (60, "power", "cut")]
    steps += [(60, "power", "on"), (60, "wait", "idle")] + CHARGE
    steps += [(60, "tap", "bob"), (60, "wait", "uploaded")]
    told = played(steps, spoil_once("orders-")).holds()
    assert faults(told, "orders", "storage") == [("fault", "orders"), ("fault.cleared", "orders")]
    assert [each["reason"] for each in told.of("session.rejected")] == ["out_of_order", "denied"]
    assert decisions(told.records) == [
        ("order.applied", 1, None),
        ("order.refused", 2, "content"),
        ("order.applied", 3, None),
    ]
    assert "anew = true" in told.of("order.refused")[0]["problems"][0]
    assert prices(told.of("session.ended")) == ["0.79", "0.79"]


def test_a_terminal_that_lost_what_was_ordered_in_the_middle_of_it_does_not_fill_its_ledger_with_that():
    whole = played(CHARGE + [(60, "wait", "uploaded")], lambda disk: None)
    command = {"command": "cancel", "number": 1, "reason": "twice", "receipt": "KT-0001-000001"}
    command["seq"] = whole.of("session.ended")[0]["seq"]
    seen = set()
    for number in range(1, 7):
        steps = CHARGE + [(60, "wait", "uploaded"), (0, "cut_at_write", number)]
        steps += [(5, "order", {"commands": [command]}), (60, "power", "cut"), (60, "power", "on")]
        told = played(steps + [(IN_VAIN_S, "link", "up")], spoil_once("orders-"))
        seen.update(faults(told, "orders", "storage"))
        assert len(faults(told, "orders", "storage")) <= 1, (number, faults(told, "orders", "storage"))
    assert ("fault", "orders") in seen


def test_a_session_whose_tariff_is_lost_stays_open_and_is_closed_at_its_price_when_that_is_back():
    between = TARIFF.replace("0.49", "0.59")
    steps = [(5, "order", {"tariffs": [between]}), (60, "wait", "uploaded")] + CHARGE[:2]
    steps += [(300, "order", {"tariffs": [DEAR]}), (60, "wait", "uploaded"), (60, "power", "cut")]
    steps += [(60, "power", "on"), (30, "plug", False), (30, "plug", True), (5, "tap", "alice")]
    steps += [(60, "plug", False), (60, "wait", "uploaded"), (60, "power", "cut"), (60, "power", "on")]
    steps += [(60, "order", {"tariffs": [between]}), (60, "wait", "uploaded"), (60, "wait", "idle")]
    steps += CHARGE

    def spoil(disk):
        for name in sorted(disk.names()):
            if name.startswith(tariffs.PREFIX):
                disk.replace(name, disk.read(name)[:-1] + b"!")

    told = played(steps, spoil).holds()
    first, second = told.of("session.ended")
    assert prices([first, second]) == ["0.59", "0.59"]
    assert first["reason"] == "power_loss" and first["energy_wh"] > 0
    assert faults(told, "tariff") == [("fault", "tariff"), ("fault.cleared", "tariff")]
    assert [each["reason"] for each in told.of("session.rejected")] == ["out_of_order"]
    billed_wh = first["energy_wh"] + second["energy_wh"]
    assert billed_wh == told.result["meter"]["last_wh"] - told.result["meter"]["first_wh"]


def test_a_damaged_key_of_the_operator_is_told_and_stops_no_session():
    def tamper(charger):
        charger.config.operator_key = None
        charger.disk.platter().replace("operator", b"damaged")

    told = tampered([(5, "order", {"tariffs": [DEAR]})] + CHARGE, tamper)
    assert faults(told, "operator") == [("fault", "operator")]
    assert prices(told.of("session.ended")) == ["0.49"] and decisions(told.records) == []


def tariff_of(day):
    return TARIFF.replace("0.49", "0.%02d" % (20 + day))


def held(disk):
    """Return the tariffs that lie in storage, and those that its records name."""
    there = {name for name in disk.names() if name.startswith(tariffs.PREFIX)}
    named = set()
    for _seq, compact in Journal(disk).read_from(1):
        payload = canonical.decode(jose.split(compact, "record+jws")[0])
        if payload["kind"] in ("session.started", "session.ended"):
            named.add(tariffs.blob(payload["tariff"]["hash"]))
    return there, named


def lived(days, cut_at=0):
    """Play a price and a session every half day, with a cut at a write; return what lies in storage."""
    steps = [(60, "wait", "uploaded")] + CHARGE
    for day in range(days):
        if day == days // 2 and cut_at:
            steps.append((1, "cut_at_write", cut_at))
        steps += [(HALF_DAY_S, "order", {"tariffs": [tariff_of(day)]}), (600, "power", "on")]
        steps += [(60, "wait", "uploaded")] + CHARGE
        steps += [(60, "power", "on"), (60, "wait", "idle"), (60, "wait", "uploaded")]
    startup.Journal = lambda storage, sector_bytes: Journal(storage, 6000, sector_bytes)
    try:
        told = tampered(steps, lambda charger: setattr(charger.config, "keep_delivered_days", 1), poll_s=3600)
    finally:
        startup.Journal = Journal
    assert len(told.charger.config.tariffs) == 1
    return held(told.charger.disk.platter())


def test_tariffs_that_no_record_can_name_any_more_go_though_power_goes_at_any_write():
    counts = set()
    for cut_at in range(13):
        there, named = lived(7, cut_at)
        assert named <= there, cut_at
        counts.add(len(there))
    # Of eight prices those of the days that are kept, the newest and some that a segment keeps longer.
    assert max(counts) <= 6 and len(named) >= 2, counts


def test_a_list_of_retired_tariffs_that_is_damaged_only_keeps_them_longer():
    there, _ = lived(4)
    assert len(there) >= 3
    whole = b'57416383 {"tariff-1":7}'
    assert retention.retired(whole) == {"tariff-1": 7}
    for damaged in (b"", b"[1", b"[1]", whole[:-1], whole.replace(b"7", b"6"), whole[1:]):
        assert retention.retired(damaged) is None
        assert retention._retired(Blob(damaged)) == {}


class Blob:
    """A storage of which every blob reads the same."""

    def __init__(self, content):
        self._content = content

    def read(self, name):
        return self._content
