"""Cancelled and corrected receipts: a new record that names the old one, and sums that come out.

It does not know who asks for them; the receipt is that of sessions.py.
"""

from firmware.errors import ReceiptError
from firmware.receipts import correction, receipt
from tests.firmware.receipts.sessions import bill, facts
from tests.portable import raises

ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
NAMED = {"receipt": "KT-0001-000007", "hash": "x" * 43, "code": "7Q2-FM9-XC5", "number": 1, "zone": ZONE}


def ended():
    return dict(receipt.build(facts()), kind="session.ended")


def test_a_cancellation_takes_every_amount_back_and_names_the_old():
    old = ended()
    told = correction.cancelled(old, NAMED, "wrong tariff")
    assert told["receipt"] == "KT-0001-000007-C1"
    assert told["corrects"] == {"receipt": "KT-0001-000007", "hash": "x" * 43, "code": "7Q2-FM9-XC5"}
    assert (told["net_minor"], told["gross_minor"]) == (-330, -393)
    assert told["lines"][0]["quantity"] == "-11"
    for key in ("net_minor", "vat_minor", "gross_minor"):
        assert told["lines"][0][key] == -old["lines"][0][key]
    assert told["vat"] == [{"rate": "19", "net_minor": -330, "vat_minor": -63}]
    assert old == ended()


def test_when_it_was_supplied_and_by_which_clock_it_is_issued_stand_in_it():
    for told in (
        correction.cancelled(ended(), NAMED, "wrong tariff"),
        correction.corrected(ended(), NAMED, "wrong tariff", bill()),
    ):
        assert (told["start"], told["stop"]) == (ended()["start"], ended()["stop"])
        assert told["zone"] == ZONE


def test_a_correction_has_its_own_bill():
    right = dict(bill(), net_minor=0, gross_minor=0, lines=[], vat=[])
    told = correction.corrected(ended(), dict(NAMED, number=2), "charger was free", right)
    assert (told["receipt"], told["gross_minor"], told["lines"]) == ("KT-0001-000007-C2", 0, [])
    assert told["tariff"] == ended()["tariff"]


def test_what_cannot_be_corrected_is_refused():
    old = ended()
    assert "no receipt" in str(raises(ReceiptError, correction.cancelled, dict(old, kind="boot"), NAMED, "x"))
    other = dict(NAMED, receipt="KT-0001-000008")
    assert "is not" in str(raises(ReceiptError, correction.cancelled, old, other, "x"))
    assert "reason" in str(raises(ReceiptError, correction.cancelled, old, NAMED, ""))
    none = dict(NAMED, number=0)
    assert "from 1" in str(raises(ReceiptError, correction.cancelled, old, none, "x"))
    francs = dict(bill(), currency="CHF")
    assert "CHF" in str(raises(ReceiptError, correction.corrected, old, NAMED, "x", francs))
