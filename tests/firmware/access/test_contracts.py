"""Who may charge: contracts and deny list as a scenario writes them.

It does not know cards' electronics; the UIDs are made up.
"""

from firmware.access.contracts import Contracts
from firmware.errors import AccessError
from tests.portable import raises

ALICE, BOB, CAROL = "04A1B2C3D4E580", "DEADBEEF", "0102030405060708090A"
TODAY = "2026-03-28"


def contract(**changes):
    """Return a contract of Alice with some members changed; None takes one away."""
    members = {"contract": "DE-KTP-C00001-K", "uid": ALICE, "tariff": "evening", "limit_minor": 5000}
    members.update({"valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    members.update(changes)
    return {key: member for key, member in members.items() if member is not None}


def decide(contracts, uid=ALICE, local_date=TODAY, deny=()):
    """Return what the contracts say of a card."""
    token = {"type": "RFID", "uid": uid, "level": "HEARSAY"}
    return Contracts(contracts, list(deny)).decide(token, local_date)


def refused(contracts, deny=()):
    """Return why a list of contracts is refused."""
    return str(raises(AccessError, Contracts, contracts, list(deny)))


def test_a_card_with_a_contract_may_charge():
    assert decide([contract()]) == {
        "granted": True, "contract": "DE-KTP-C00001-K", "tariff": "evening", "limit_minor": 5000,
    }  # fmt: skip
    assert decide([contract(limit_minor=None)])["limit_minor"] is None


def test_every_size_of_uid_is_found():
    for uid in (ALICE, BOB, CAROL):
        assert decide([contract(uid=uid)], uid)["granted"]


def test_a_card_without_one_may_not():
    assert decide([contract()], BOB) == {"granted": False, "reason": "unknown_card"}
    assert decide([], ALICE)["reason"] == "unknown_card"


def test_the_deny_list_wins_over_everything():
    assert decide([contract()], deny=[ALICE]) == {"granted": False, "reason": "denied"}
    assert decide([], BOB, deny=[BOB])["reason"] == "denied"


def test_dates_count_inclusively():
    moments = (
        ("2025-12-31", "not_yet_valid"),
        ("2026-01-01", None),
        ("2026-12-31", None),
        ("2027-01-01", "expired"),
    )
    for date, reason in moments:
        assert decide([contract()], local_date=date).get("reason") == reason, date


def test_open_ends_are_open():
    assert decide([contract(valid_from=None)], local_date="1999-01-01")["granted"]
    assert decide([contract(valid_to=None)], local_date="2099-01-01")["granted"]


def test_without_a_clock_dates_are_not_judged_but_the_deny_list_is():
    ended = contract(valid_to="2026-01-02")
    assert decide([ended], local_date=None)["granted"]
    assert decide([ended], local_date=None, deny=[ALICE])["reason"] == "denied"


def test_of_the_contracts_that_a_card_has_one_after_the_other_the_valid_one_counts():
    old = contract(contract="OLD", valid_to="2026-01-31")
    now = contract(contract="NOW", valid_from="2026-02-01", valid_to="2026-05-31")
    later = contract(contract="LATER", valid_from="2026-06-01", valid_to=None)
    for order in ([old, now, later], [later, now, old]):
        assert decide(order)["contract"] == "NOW"
        assert decide(order, local_date="2026-06-01")["contract"] == "LATER"
    for order in ([old, later], [later, old]):
        assert decide(order)["reason"] == "not_yet_valid"


def test_two_contracts_of_one_card_on_one_day_are_refused_with_both_their_names():
    one = contract(contract="ONE", valid_from="2026-02-01", valid_to="2026-03-31")
    for dates in (
        {},
        {"valid_from": None, "valid_to": None},
        {"valid_from": None, "valid_to": "2026-02-01"},
        {"valid_from": "2026-03-31", "valid_to": None},
        {"valid_from": "2026-03-01", "valid_to": "2026-03-02"},
    ):
        for order in ([one, contract(contract="TWO", **dates)], [contract(contract="TWO", **dates), one]):
            found = refused(order)
            assert "/contracts/1/uid: " in found and "ONE" in found and "TWO" in found, dates
            assert ALICE not in found
    for dates in ({"valid_to": "2026-01-31"}, {"valid_from": "2026-04-01", "valid_to": None}):
        Contracts([one, contract(contract="TWO", **dates), contract(contract="BOB", uid=BOB)], [])


def test_every_problem_is_listed_with_its_path():
    wrong = contract(uid="04a1b2c3d4e580", valid_from="2026-02-30", limit_minor=0, tarif="x", contract="")
    found = refused([wrong, 7, contract(valid_from="2026-05-01", valid_to="2026-04-01")], ["XY", ALICE])
    for path in (
        "/contracts/0/uid", "/contracts/0/valid_from", "/contracts/0/limit_minor", "/contracts/0/tarif",
        "/contracts/0/contract", "/contracts/1", "/contracts/2/valid_to", "/deny/0",
    ):  # fmt: skip
        assert path + ": " in found, path
    assert "/deny/1" not in found


def test_a_uid_has_one_spelling():
    for uid in ("04 A1 B2 C3", "04A1B2C", "04A1B2C3D4", "88A1B2C3", "", None, 7, b"1234"):
        assert "/contracts/0/uid: " in refused([contract(uid=uid or "")]), uid
        assert "/deny/0: " in refused([], [uid])


def test_what_is_missing_is_named():
    found = refused([{}])
    for key in ("contract", "uid", "tariff"):
        assert "/contracts/0/%s: " % key in found
    for limit_minor in (True, -1, "5", 1.5):
        assert "/contracts/0/limit_minor: " in refused([contract(limit_minor=limit_minor)])


def test_what_no_record_could_carry_is_refused():
    for changes in ({"contract": "C" * 65}, {"tariff": "T" * 65}, {"limit_minor": 10**9 + 1}):
        contract = {"contract": "C1", "uid": "04A1B2C3D4E580", "tariff": "day"}
        contract.update(changes)
        raises(AccessError, Contracts, [contract], [])


def test_a_contract_names_its_discounts():
    given = Contracts([contract(discounts=["inn", "staff"]), contract(uid=BOB, contract="B")], [])
    token = {"type": "RFID", "uid": ALICE, "level": "HEARSAY"}
    assert given.discounts(token, "DE-KTP-C00001-K") == ["inn", "staff"]
    assert given.discounts(token, "another") == []
    assert given.discounts({"type": "RFID", "uid": BOB, "level": "HEARSAY"}, "B") == []
    assert given.discounts(None, None) == []
    for wrong in ("inn", ["inn", "inn"], [5], ["d%d" % i for i in range(11)]):
        assert "/contracts/0/discounts: " in refused([contract(discounts=wrong)])


def test_a_contract_may_ask_for_a_card_that_proved_itself():
    given = Contracts([contract(level="SECURE")], [])
    bare = {"type": "RFID", "uid": ALICE, "level": "HEARSAY"}
    assert given.decide(bare, None) == {"granted": False, "reason": "insecure_card"}
    assert given.decide({"type": "RFID", "uid": ALICE, "level": "SECURE"}, None)["granted"]
    assert "/contracts/0/level: " in refused([contract(level="HIGH")])


def test_a_certificates_name_is_no_uid_and_a_uid_no_name():
    named = contract(uid="CN=DE-KTP-C00001-K")

    def told(kind, uid, deny=()):
        token = {"type": kind, "uid": uid, "level": "SECURE"}
        return Contracts([named, contract(contract="C2")], list(deny)).decide(token, TODAY).get("contract")

    assert told("EVCOID", "DE-KTP-C00001-K") == "DE-KTP-C00001-K"
    assert told("RFID", ALICE) == "C2"
    assert told("OTHER", ALICE) is None
    assert told("RFID", "DE-KTP-C00001-K") is None
    assert told("EVCOID", "DE-KTP-C00001-K", ["CN=DE-KTP-C00001-K"]) is None
    assert told("EVCOID", "DE-KTP-C00001-K", [ALICE]) == "DE-KTP-C00001-K"
    for wrong in ("CN=", "CN= A", "cn=A", "CN=" + "A" * 65, "DE-KTP-C00001-K"):
        assert "or CN= and the name" in refused([contract(uid=wrong)])
        assert "/deny/0" in refused([], [wrong])


def test_a_bank_card_is_denied_by_the_hash_by_which_records_know_it():
    card = "5b4f3f8ef9d6693eb449589bb0379e34"
    known = Contracts([], ["CARD=" + card, ALICE])
    assert known.is_denied(card) and not known.is_denied(card[:-1] + "5") and not known.is_denied(ALICE)
    for wrong in (
        "CARD=",
        "CARD=" + card.upper(),
        "CARD=" + card[:-2],
        "CARD=" + card + "00",
        "CARD= " + card[1:],
    ):
        assert "/deny/0: " in refused([], [wrong]), wrong
    # Its number denies nobody, and no contract is for a bank card.
    assert "/deny/0: " in refused([], ["CARD=4761739001010119"])
    assert "/contracts/0/uid" in refused([{"contract": "A", "uid": "CARD=" + card, "tariff": "t"}])
