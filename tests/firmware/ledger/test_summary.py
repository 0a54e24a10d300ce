"""Proves that the summary knows what a start needs, and that folding changes nothing handed in."""

from firmware.crypto import canonical
from firmware.ledger import chain, summary
from tests.firmware.ledger import pen

STARTED = {
    "session": "KT-0001-000001",
    "token": {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "HEARSAY"},
    "contract": "DE-KTP-C00001-K",
    "tariff": {"id": "evening", "hash": "00"},
    "meter": {"model": "eastron-sdm630", "serial": "21110042", "wh": 123456},
    "limit_minor": None,
    "unbilled_wh": 0,
}
ENDED = {
    "session": "KT-0001-000001",
    "receipt": "KT-0001-000001",
    "meter": {"serial": "21110042", "start_wh": 123456, "stop_wh": 134456},
}


class Told:
    """Folds one record after the other."""

    def __init__(self):
        self.pen = pen.Pen()
        self.known = summary.start(pen.FIRST_PREV)

    def tell(self, kind, **members):
        compact = self.pen.write(kind, **members)
        payload = chain.payload_of(compact, None)
        before = canonical.encode(self.known)
        known = summary.fold(self.known, payload["seq"], payload, chain.hash(compact))
        assert canonical.encode(self.known) == before
        # A checkpoint has to be able to hold it.
        assert canonical.decode(canonical.encode(known)) == known
        self.known = known


def test_an_empty_ledger_begins_with_the_key():
    assert summary.start("thumb") == {
        "next_seq": 1,
        "prev": "thumb",
        "at": None,
        "key": "thumb",
        "receipts": 0,
        "open": None,
        "last_wh": None,
        "last_at": None,
        "meter_serial": None,
        "faults": [],
        "configured": None,
        "damaged": [],
        "owed": None,
        "order": None,
    }


def test_every_record_moves_the_sequence():
    told = Told()
    told.tell("boot", firmware="0.1.0")
    told.tell("a.kind.of.tomorrow")
    assert told.known["next_seq"] == 3 and told.known["prev"] == told.pen.prev


def test_an_open_session_is_known_with_all_that_recovery_needs():
    told = Told()
    told.tell("boot")
    told.tell("session.started", **STARTED)
    opened = told.known["open"]
    for member in STARTED:
        assert opened[member] == STARTED[member]
    assert (
        opened["seq"] == 2 and opened["at"] is None and opened["clock"] == "unset" and opened["ticks_ms"] == 1
    )
    assert told.known["last_wh"] == 123456 and told.known["meter_serial"] == "21110042"
    assert told.known["receipts"] == 0


def test_the_end_closes_it_and_counts_a_receipt():
    told = Told()
    told.tell("session.started", **STARTED)
    told.tell("session.ended", **ENDED)
    assert told.known["open"] is None and told.known["receipts"] == 1 and told.known["last_wh"] == 134456


def test_an_end_without_a_reading_keeps_the_last_one():
    told = Told()
    told.tell("session.started", **STARTED)
    told.tell("session.ended", receipt="KT-0001-000001", meter={"serial": "21110042", "stop_wh": None})
    assert told.known["last_wh"] == 123456
    told.tell("session.ended", receipt="KT-0001-000002")
    assert told.known["last_wh"] == 123456 and told.known["receipts"] == 2


def test_receipts_are_counted_by_their_number_also_when_earlier_records_made_room():
    told = Told()
    told.tell("session.ended", receipt="KT-2-000017")
    assert told.known["receipts"] == 17


def test_another_meter_is_another_register():
    told = Told()
    told.tell("session.started", **STARTED)
    told.tell("meter.replaced", meter={"serial": "7", "wh": 5})
    assert told.known["last_wh"] == 5 and told.known["meter_serial"] == "7"
    told.tell("meter.commissioned", meter={"serial": "8", "wh": 0})
    assert told.known["last_wh"] == 0 and told.known["meter_serial"] == "8"


def test_faults_are_open_until_they_are_cleared():
    told = Told()
    for code in ("uplink", "meter", "uplink"):
        told.tell("fault", fault=code)
    assert told.known["faults"] == ["meter", "uplink"]
    told.tell("fault.cleared", fault="uplink")
    told.tell("fault.cleared", fault="clock")
    assert told.known["faults"] == ["meter"]


def test_the_configuration_in_force_is_the_last_one():
    told = Told()
    told.tell("configured", hash="aa")
    told.tell("configured", hash="bb")
    assert told.known["configured"] == "bb"


def test_a_cancellation_counts_for_its_own_order_alone_be_that_ones_record_lost():
    told = Told()
    told.tell("receipt.cancelled", order={"serial": 1})
    assert told.known["order"] is None
    told.tell("order.applied", order={"serial": 2}, state="aa", left=2, configured="bb")
    told.tell("receipt.cancelled", order={"serial": 3})
    assert told.known["order"]["left"] == 2
    told.tell("receipt.cancelled", order={"serial": 2})
    assert told.known["order"]["left"] == 1
