"""Holds the session's table to its promises: every pair of state and event, and the stories that drivers
live through.
"""

from firmware.session import actions, events, following, table
from firmware.session.state import (
    AUTHORISED,
    CHARGING,
    COMPLETE,
    FAULTED,
    FINISHING,
    IDLE,
    RECOVERING,
    STARTING,
    STATES,
    SUSPENDED,
    Session,
)

ALICE = {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "HEARSAY"}
BOB = {"type": "RFID", "uid": "11223344", "level": "HEARSAY"}
GRANTED = {"granted": True, "contract": "C1", "tariff": "day", "limit_minor": None}
REFUSED = {"granted": False, "reason": "denied"}

FACTS = {
    events.CARD: {"token": ALICE, "decision": GRANTED},
    events.CARD_REFUSED: {"reason": "random_uid", "token": None},
    events.VEHICLE: {"state": "A"},
    events.BUTTON_STOP: None,
    events.READING: {"wh": 5, "power_w": 0, "ticks_ms": 1, "utc_s": None, "clock": "unset", "serial": "1"},
    events.METER_LOST: {"what": "silent", "lie": None},
    events.LIMIT: None,
    events.TIMEOUT: None,
    events.FAULT: {"fault": "contactor", "what": "welded"},
    events.FAULT_CLEARED: {"fault": "contactor"},
}


def session_in(state):
    session = Session(state=state, vehicle="C")
    return session.but(token=ALICE, contract="C1", tariff="day") if state not in (IDLE, FAULTED) else session


def names(effects):
    return [effect[0] for effect in effects]


def play(session, *told):
    """Return the session after (kind, facts) pairs and the names of all effects on the way."""
    done = []
    for event in told:
        session, effects = table.step(session, event)
        done.extend(names(effects))
    return session, done


def test_a_session_that_is_followed_goes_where_the_table_says():
    for state in STATES:
        for kind in events.EVENTS:
            event = (kind, FACTS[kind])
            stepped, effects = following.follow(session_in(state), event)
            told, expected = table.step(session_in(state), event)
            assert names(effects) == names(expected) and stepped.state == told.state


def test_every_state_takes_every_event_and_an_illegal_one_changes_nothing():
    for state in STATES:
        for kind in events.EVENTS:
            before = session_in(state)
            after, effects = table.step(before, (kind, FACTS[kind]))
            assert after.state in STATES
            if not table.is_legal(state, kind):
                assert after is before and effects == ()


def recovering(vehicle="C", faults=()):
    opened = {"token": ALICE, "contract": "C1", "tariff": {"id": "day"}, "limit_minor": 500}
    return actions.recovering(Session(vehicle=vehicle).but(faults=faults), opened)[0]


def test_a_cut_session_goes_on_only_with_a_pause_a_vehicle_and_nothing_broken():
    paused = dict(FACTS[events.READING], pause={"after_ms": 1})
    for vehicle, state in (("B", SUSPENDED), ("C", CHARGING), ("D", CHARGING)):
        after, effects = table.step(recovering(vehicle), (events.READING, paused))
        assert after.state == state and (after.reason, after.flags) == (None, ())
        assert (after.token, after.contract, after.tariff, after.limit_minor) == (ALICE, "C1", "day", 500)
        done = names(effects)
        assert events.END not in done and events.START not in done and events.RESUME in done
        assert (events.CLOSE in done) == (state == CHARGING)
        if state == CHARGING:
            assert done.index(events.RESUME) < done.index(events.CLOSE)
    for vehicle, faults, reading in (
        ("A", (), paused),
        ("E", (), paused),
        ("F", (), paused),
        ("C", ("contactor",), paused),
        ("C", ("meter",), paused),
        ("C", ("storage",), paused),
        ("C", (), dict(paused, pause=None)),
        ("C", (), FACTS[events.READING]),
    ):
        after, effects = table.step(recovering(vehicle, faults), (events.READING, reading))
        assert after.state == COMPLETE and names(effects)[0] == events.END
        assert effects[0][1]["flags"] == ("power_loss",) and events.CLOSE not in names(effects)


def test_a_cut_session_whose_meter_stays_silent_ends():
    after, effects = table.step(recovering(), (events.TIMEOUT, None))
    assert after.state == COMPLETE and events.END in names(effects) and events.CLOSE not in names(effects)


def test_an_unknown_event_changes_nothing():
    before = session_in(CHARGING)
    assert table.step(before, ("earthquake", None)) == (before, ())


def test_the_table_names_only_known_states_and_events():
    assert sorted(table.TABLE) == sorted(STATES)
    for row in table.TABLE.values():
        assert [kind for kind in row if kind not in events.EVENTS] == []


def test_power_flows_only_after_the_start_is_written():
    for state in STATES:
        for kind in events.EVENTS:
            done = names(table.step(session_in(state), (kind, FACTS[kind]))[1])
            if events.CLOSE in done and state != SUSPENDED:
                assert state == STARTING and done.index(events.START) < done.index(events.CLOSE)


def test_a_start_that_is_refused_is_none_and_says_why():
    card = {"kind": "card"}
    starting = session_in(STARTING).but(payment={"payment": card, "card_data": "sealed"}, limit_minor=118)
    reading = dict(FACTS[events.READING], refusal="limit")
    after, effects = table.step(starting, (events.READING, reading))
    assert (after.state, after.token, after.limit_minor, after.payment) == (IDLE, None, None, None)
    told = {"token": ALICE, "reason": "limit", "payment": card}
    assert effects == (
        (events.RECORD, ("session.rejected", told)),
        (events.TIMER, "message_s"),
        (events.SHOW, ("refused", {"reason": "limit"})),
        (events.SIGNAL, "refused"),
    )
    after, effects = table.step(starting, (events.READING, dict(reading, refusal=None)))
    assert after.state == CHARGING and events.START in names(effects)


def test_a_receipt_is_shown_only_after_it_is_written():
    for state in STATES:
        for kind in events.EVENTS:
            effects = table.step(session_in(state), (kind, FACTS[kind]))[1]
            shown = [effect[1][0] if effect[0] == events.SHOW else effect[0] for effect in effects]
            if "receipt" in shown:
                assert shown.index(events.END) < shown.index("receipt")


def test_a_session_that_is_left_open_is_never_forgotten():
    for state in (CHARGING, SUSPENDED, FINISHING, RECOVERING):
        for kind in events.EVENTS:
            after, effects = table.step(session_in(state), (kind, FACTS[kind]))
            assert after.is_open() or events.END in names(effects)


def test_the_contactor_opens_before_the_last_reading_is_asked_for():
    for kind in (
        events.CARD,
        events.BUTTON_STOP,
        events.VEHICLE,
        events.LIMIT,
        events.METER_LOST,
        events.FAULT,
    ):
        after, effects = table.step(session_in(CHARGING), (kind, FACTS[kind]))
        done = names(effects)
        assert after.state == FINISHING
        assert done.index(events.OPEN) < done.index(events.READ_METER)


def test_plug_tap_charge_tap_makes_one_session():
    reading = (events.READING, FACTS[events.READING])
    tap = (events.CARD, FACTS[events.CARD])
    plug = (events.VEHICLE, {"state": "C"})
    session, done = play(Session(), plug, tap, reading, reading, tap, reading)
    assert session.state == COMPLETE
    assert done.count(events.START) == 1 and done.count(events.END) == 1
    assert done.count(events.CLOSE) == 1


def test_a_tap_before_the_plug_waits_for_it():
    session, done = play(Session(), (events.CARD, FACTS[events.CARD]))
    assert session.state == AUTHORISED and events.START not in done
    session, done = play(session, (events.VEHICLE, {"state": "B"}))
    assert session.state == STARTING


def test_an_authorisation_that_nobody_uses_ends():
    session = play(Session(), (events.CARD, FACTS[events.CARD]), (events.TIMEOUT, None))[0]
    assert session.state == IDLE and session.token is None


def test_a_foreign_card_changes_nothing_while_another_driver_charges():
    before = session_in(CHARGING)
    after, effects = table.step(before, (events.CARD, {"token": BOB, "decision": GRANTED}))
    assert after is before
    assert (events.SHOW, ("refused", {"reason": "other_card"})) in effects


def test_a_copy_of_the_uid_neither_ends_what_a_proof_began_nor_calls_it_off():
    proved = dict(ALICE, level="SECURE")
    for state in (CHARGING, AUTHORISED):
        before = session_in(state).but(token=proved)
        after = table.step(before, (events.CARD, {"token": ALICE, "decision": GRANTED}))[0]
        assert after is before
        own = table.step(before, (events.CARD, {"token": proved, "decision": GRANTED}))[0]
        assert own.state in (FINISHING, IDLE)
    # Who began by a UID alone may prove more at the end: the terminal may know the card's key by then.
    after = table.step(session_in(CHARGING), (events.CARD, {"token": proved, "decision": GRANTED}))[0]
    assert after.state == FINISHING


def test_the_own_card_ends_the_session_even_when_its_contract_no_longer_holds():
    after = table.step(session_in(CHARGING), (events.CARD, {"token": ALICE, "decision": REFUSED}))[0]
    assert after.state == FINISHING and after.reason == "card"


def test_a_refused_card_is_recorded_with_its_reason():
    effects = table.step(Session(vehicle="C"), (events.CARD, {"token": BOB, "decision": REFUSED}))[1]
    assert effects[0] == (events.RECORD, ("session.rejected", {"token": BOB, "reason": "denied"}))


def test_a_vehicle_that_pauses_suspends_and_one_that_asks_again_charges():
    session, effects = table.step(session_in(CHARGING), (events.VEHICLE, {"state": "B"}))
    assert session.state == SUSPENDED and events.OPEN in names(effects)
    session, effects = table.step(session, (events.VEHICLE, {"state": "C"}))
    assert session.state == CHARGING and events.CLOSE in names(effects)


def test_a_meter_that_stays_silent_ends_the_session_at_the_last_good_reading():
    session, effects = table.step(session_in(FINISHING), (events.TIMEOUT, None))
    ending = [facts for name, facts in effects if name == events.END][0]
    assert session.state == COMPLETE
    assert ending["reading"] is None and "last_good_reading" in ending["flags"]


def test_a_blocking_fault_turns_cards_away_until_it_is_mended():
    broken = (events.FAULT, {"fault": "meter", "what": "silent"})
    session, effects = table.step(Session(vehicle="C"), broken)
    assert session.state == FAULTED and names(effects)[0] == events.RECORD
    session, effects = table.step(session, (events.CARD, FACTS[events.CARD]))
    assert session.state == FAULTED
    assert effects[0][1][1]["reason"] == "out_of_order"
    session = table.step(session, (events.FAULT_CLEARED, {"fault": "meter"}))[0]
    assert session.state == IDLE


def test_a_fault_that_became_another_is_told_and_shown_once_more():
    broken = {"fault": "meter", "what": "silent"}
    session = table.step(Session(vehicle="C"), (events.FAULT, broken))[0]
    assert table.step(session, (events.FAULT, broken)) == (session, ())
    told, effects = table.step(session, (events.FAULT, {"fault": "meter", "what": "other", "known": True}))
    assert told.faults == ("meter",) and told.state == FAULTED
    assert effects[0] == (events.RECORD, ("fault", {"fault": "meter", "what": "other"}))
    assert (events.SHOW, ("out_of_order", {"fault": "meter"})) in effects


def test_one_of_two_faults_mended_is_not_enough():
    session = Session()
    for fault in ("meter", "contactor"):
        session = table.step(session, (events.FAULT, {"fault": fault, "what": "?"}))[0]
    session = table.step(session, (events.FAULT_CLEARED, {"fault": "meter"}))[0]
    assert session.state == FAULTED and session.faults == ("contactor",)


def test_a_fault_is_recorded_once_however_often_it_is_told():
    broken = (events.FAULT, {"fault": "reader", "what": "gone"})
    session, done = play(Session(), broken, broken, broken)
    assert done.count(events.RECORD) == 1 and session.state == IDLE


def test_no_vehicle_is_charged_that_left_before_the_first_reading():
    session, done = play(
        session_in(STARTING), (events.VEHICLE, {"state": "A"}), (events.READING, FACTS[events.READING])
    )
    assert session.state == IDLE and events.START not in done
