"""Stories of cards: who is let in by a secure card, and who is not by a copy of one."""

from emulator.models import vde
from tests import pan_search
from tests.emulator.simulation.test_play import ALICE, clean, played, story

CARDS = {
    "alice": {"kind": "desfire", "uid": ALICE, "secure": "genuine"},
    "hidden": {"kind": "desfire", "uid": ALICE, "secure": "hidden"},
    "clone": {"kind": "desfire", "uid": ALICE, "secure": "clone"},
    "copy": {"kind": "rfid", "uid": ALICE},
    "phone": {"kind": "emv", "pan": "4761739001010119", "expires": "2031-12"},
}
SUBJECT = "DE-KTP-C00001-K"
for kind in vde.KINDS:
    CARDS["vde " + kind] = {"kind": "vde", "uid": "04112233445566", "subject": SUBJECT, "secure": kind}
ORDER = "desfire vde emv rfid"


def told_by(name, order=ORDER, level="SECURE", uid=ALICE):
    """Return (tokens of sessions, reasons of refusals) of a card held up twice, a minute between."""
    contract = {"contract": "C1", "uid": uid, "tariff": "day"}
    if level:
        contract["level"] = level
    terminal = dict(story([])["terminal"], contracts=[contract], card_order=order)
    steps = [(5, "plug", True), (5, "tap", name), (60, "tap", name), (60, "plug", False), (5, "wait", "idle")]
    receipts, records, _result = clean(steps, cards=CARDS, terminal=terminal)
    reasons = [record["reason"] for record in records if record["kind"] == "session.rejected"]
    return [receipt["token"] for receipt in receipts], reasons


def test_a_secure_card_starts_and_stops_a_session():
    token = {"type": "RFID", "uid": ALICE, "level": "SECURE"}
    assert told_by("alice") == ([token], [])


def test_a_card_that_hides_its_uid_is_the_same_card_at_both_taps():
    token = {"type": "RFID", "uid": ALICE, "level": "SECURE"}
    assert told_by("hidden") == ([token], [])


def test_a_clone_with_the_right_uid_and_another_key_is_refused():
    assert told_by("clone") == ([], ["not_genuine", "not_genuine"])
    assert told_by("clone", level=None) == ([], ["not_genuine", "not_genuine"])


def test_a_copy_of_the_bare_uid_does_not_get_a_secure_contract():
    assert told_by("copy") == ([], ["insecure_card", "insecure_card"])
    # Where the operator lets a bare UID in, it gets in, and the receipt says how sure it was.
    assert told_by("copy", level=None)[0] == [{"type": "RFID", "uid": ALICE, "level": "HEARSAY"}]


def test_a_bank_card_is_told_by_its_directory_and_its_number_is_nowhere():
    assert told_by("phone") == ([], ["bank_card", "bank_card"])
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day"}
    terminal = dict(story([])["terminal"], contracts=[contract], card_order=ORDER)
    steps = [(5, "plug", True), (5, "tap", "phone"), (5, "wait", "idle"), (1, "wait", "uploaded")]
    _code, records, result, jws = played(steps, cards=CARDS, terminal=terminal)
    told = repr(records) + repr(result) + repr(jws)
    assert "bank_card" in told
    assert pan_search.found("4761739001010119", told.encode()) == []


def test_a_phone_is_told_apart_from_a_card_that_cannot_be_read():
    assert told_by("phone", "rfid") == ([], ["random_uid", "random_uid"])


def test_a_card_with_a_certificate_is_known_by_the_name_in_it():
    for name, kind in ((SUBJECT, "EVCOID"), ("DE-KTP-C00000001-K", "EMAID"), ("Fleet 7", "OTHER")):
        CARDS["named"] = {"kind": "vde", "uid": "04112233445566", "subject": name}
        token = {"type": kind, "uid": name, "level": "SECURE"}
        assert told_by("named", uid="CN=" + name) == ([token], [])
    assert told_by("vde genuine") == ([], ["unknown_card", "unknown_card"])
    # The name in a certificate is not taken for a UID, nor a UID for a name.
    CARDS["named"] = {"kind": "vde", "uid": "04112233445566", "subject": ALICE}
    assert told_by("named") == ([], ["unknown_card", "unknown_card"])


def test_certificates_of_copies_forgers_and_strangers_start_nothing():
    for kind, reason in (
        (vde.CLONE, "not_genuine"),
        (vde.FORGED, "not_genuine"),
        (vde.FOREIGN, "unknown_issuer"),
        (vde.EXPIRED, "card_expired"),
        (vde.TRUNCATED, "not_genuine"),
        (vde.TRAILING, "not_genuine"),
    ):
        assert told_by("vde " + kind, uid="CN=" + SUBJECT) == ([], [reason] * 2), kind


def test_a_terminal_that_asks_for_no_certificates_takes_such_a_card_for_a_plain_one():
    token = {"type": "RFID", "uid": "04112233445566", "level": "HEARSAY"}
    assert told_by("vde genuine", "desfire emv rfid", None, "04112233445566") == ([token], [])


def test_two_cards_at_once_start_nothing_and_either_alone_does():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day"}
    terminal = dict(story([])["terminal"], contracts=[contract], card_order=ORDER)
    steps = [
        (5, "plug", True),
        (5, "tap", ["alice", "phone"]),
        (60, "tap", ["copy", "alice"]),
        (60, "tap", "alice"),
    ]
    steps += [(60, "plug", False), (5, "wait", "idle")]
    receipts, records, _result = clean(steps, cards=CARDS, terminal=terminal)
    assert [record["reason"] for record in records if record["kind"] == "session.rejected"] == [
        "several_cards"
    ] * 2
    assert [receipt["token"]["uid"] for receipt in receipts] == [ALICE]


def pulled(brush):
    """Return (how sessions ended, reasons of refusals) of a pull and a tap of the right card after it."""
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "level": "SECURE"}
    terminal = dict(story([])["terminal"], contracts=[contract], card_order="desfire rfid")
    steps = [(5, "plug", True), (5, "brush", brush), (60, "tap", "alice"), (60, "plug", False)]
    receipts, records, _result = clean(steps + [(5, "wait", "idle")], cards=CARDS, terminal=terminal)
    reasons = [record["reason"] for record in records if record["kind"] == "session.rejected"]
    return [receipt["reason"] for receipt in receipts], reasons


def test_a_card_that_is_pulled_at_any_command_of_its_proof_starts_nothing_and_the_next_tap_does():
    # Selected, challenged, answered, read: it has proved itself, and the next tap ends the session.
    for at in (1, 2, 3, 4):
        assert pulled({"card": "alice", "at": at}) == (["unplugged"], ["card_error"]), at
    assert pulled({"card": "alice", "at": 5}) == (["card"], [])


def test_a_copy_that_takes_the_place_of_its_card_in_mid_read_starts_nothing_seen_or_not():
    for other, reason in (("copy", "insecure_card"), ("clone", "not_genuine")):
        told = {"card": "alice", "at": 3, "then": other}
        assert pulled(told) == (["unplugged"], ["card_error", reason]), other
    for at, reason in ((2, "not_genuine"), (3, "not_genuine"), (4, "card_error")):
        told = {"card": "alice", "at": at, "then": "clone", "unseen": True}
        assert pulled(told) == (["unplugged"], [reason]), at


def test_a_copy_of_the_bare_uid_ends_no_session_that_a_proof_began():
    contract = {"contract": "C1", "uid": ALICE, "tariff": "day", "level": "SECURE"}
    terminal = dict(story([])["terminal"], contracts=[contract], card_order="desfire rfid")
    steps = [(5, "plug", True), (5, "tap", "alice"), (60, "tap", "copy"), (60, "tap", "alice")]
    receipts, _records, _result = clean(
        steps + [(5, "plug", False), (5, "wait", "idle")], cards=CARDS, terminal=terminal
    )
    assert [(receipt["reason"], receipt["duration_s"]) for receipt in receipts] == [("card", 120)]
