"""The receipt: its members, and what cannot be.

It does not know records.
"""

from firmware.crypto import canonical
from firmware.errors import ReceiptError
from firmware.receipts import receipt
from tests.firmware.receipts.sessions import START_S, bill, facts
from tests.portable import raises


def test_a_receipt_has_exactly_these_members():
    given = facts()
    assert receipt.build(given) == {
        "session": "KT-0001-000007",
        "receipt": "KT-0001-000007",
        "token": given["token"],
        "contract": "DE-KTP-C00001-K",
        "start": {
            "at": "2026-03-28T16:59:00Z",
            "clock": "synchronised",
            "local": "2026-03-28T17:59:00+01:00",
        },
        "stop": {"at": "2026-03-28T17:59:00Z", "clock": "synchronised", "local": "2026-03-28T18:59:00+01:00"},
        "duration_s": 3600,
        "energy_wh": 11000,
        "meter": {
            "model": "SDM630",
            "serial": "21110042",
            "start_wh": 123456,
            "stop_wh": 134456,
            "resolution_wh": 1,
        },
        "tariff": {"id": "evening", "hash": "00" * 32},
        "currency": "EUR",
        "lines": bill()["lines"],
        "net_minor": 330,
        "vat": bill()["vat"],
        "gross_minor": 393,
        "rounding": "half up",
        "reason": "card",
        "payment": {"kind": "contract", "contract": "DE-KTP-C00001-K"},
        "flags": [],
        "ocmf": "OCMF|{}|{}",
    }


def test_the_record_of_a_meter_that_signs_for_itself_travels_beside_ours():
    told = receipt.build(facts(meter_record="OCMF|{}|{}"))
    assert told["meter_record"] == "OCMF|{}|{}"


def test_a_receipt_can_be_signed():
    assert canonical.decode(canonical.encode(receipt.build(facts()))) == receipt.build(facts())


def test_an_unknown_moment_is_null():
    built = receipt.build(facts(start={"utc_s": None, "clock": "unset", "wh": 123456}))
    assert built["start"] == {"at": None, "clock": "unset", "local": None}


def test_a_clock_that_went_back_is_no_reason_to_lose_a_receipt():
    stop = {"utc_s": START_S - 7200, "clock": "synchronised", "wh": 134456}
    assert receipt.build(facts(stop=stop))["stop"]["at"] == "2026-03-28T14:59:00Z"


def test_a_receipt_says_where_its_two_moments_are_not_of_one_clock():
    for off_s, flags, told in (
        (0, (), []),
        (5, (), []),
        (6, (), ["clock_set"]),
        (-6, (), ["clock_set"]),
        # A session that ended early tells its end later than it counted, and never before.
        (600, ("power_loss",), ["power_loss"]),
        (-600, ("power_loss",), ["power_loss", "clock_set"]),
        (600, ("resumed",), ["resumed", "clock_set"]),
    ):
        given = facts(flags=flags)
        given["stop"] = dict(given["stop"], utc_s=START_S + 3600 + off_s)
        assert receipt.build(given)["flags"] == told, (off_s, flags)
    given["stop"] = dict(given["stop"], utc_s=None, clock="unset")
    assert receipt.build(given)["flags"] == ["resumed"]


def test_a_receipt_says_where_the_moments_of_a_pause_are_not_of_the_clock_of_begin_and_end():
    for start_s, from_s, to_s, stop_s, is_told in (
        (0, 60, 120, 9000, False),
        (0, 0, 120, 9000, False),
        # The clock was an hour behind when the power went, and was put right before it went again.
        (0, 60 - 3600, 120 - 3600, 9000, True),
        (0, 8990, 9050, 9000, True),
        # No clock told one of the ends.
        (None, 60, 120, 9000, False),
        (None, 8990, 9050, 9000, True),
        (0, 60, 120, None, False),
        (0, -1, 120, None, True),
    ):
        start, stop = (
            {"utc_s": at_s if at_s is None else START_S + at_s, "clock": "synchronised", "wh": wh}
            for at_s, wh in ((start_s, 123456), (stop_s, 134456))
        )
        pauses = [{"from_s": START_S + from_s, "to_s": START_S + to_s}]
        built = receipt.build(facts(start=start, stop=stop, pauses=pauses, flags=("resumed", "power_loss")))
        assert ("clock_set" in built["flags"]) == is_told, (from_s, stop_s)


def test_nothing_charged_in_no_time_is_a_receipt_too():
    empty = {
        "currency": "EUR",
        "rounding": "half up",
        "lines": [],
        "net_minor": 0,
        "vat": [],
        "gross_minor": 0,
    }
    built = receipt.build(facts(stop=facts()["start"], duration_ms=0, bill=empty))
    assert (built["energy_wh"], built["duration_s"], built["gross_minor"]) == (0, 0, 0)


def test_registers_that_fall_are_refused():
    stop = {"utc_s": START_S, "clock": "synchronised", "wh": 123455}
    assert "below" in str(raises(ReceiptError, receipt.build, facts(stop=stop)))


def test_every_impossible_fact_is_named():
    wrong = facts(duration_ms=-1, start={"utc_s": 0, "clock": "unset", "wh": 1.5}, contract="", ocmf=None)
    found = str(raises(ReceiptError, receipt.build, wrong))
    for name in ("duration_ms", "start.wh", "contract", "ocmf"):
        assert name in found, name


def test_a_bill_that_does_not_add_up_is_refused():
    for key, amount in (("net_minor", 331), ("gross_minor", 394)):
        wrong = bill()
        wrong[key] = amount
        assert key in str(raises(ReceiptError, receipt.build, facts(bill=wrong)))
    wrong = bill()
    wrong["vat"] = []
    assert "vat_minor" in str(raises(ReceiptError, receipt.build, facts(bill=wrong)))
