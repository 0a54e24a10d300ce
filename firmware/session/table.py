"""The charging session as one table: (state, event) to a function that gives the next session and the
effects.

It does not know how effects are performed. A pair that is not in the table is illegal and changes nothing.
"""

from .events import (
    BUTTON_STOP,
    CARD,
    CARD_REFUSED,
    CLOSE,
    END,
    FAULT,
    FAULT_CLEARED,
    LIMIT,
    METER_LOST,
    OPEN,
    PRICE,
    READ_METER,
    READING,
    RECORD,
    SHOW,
    SIGNAL,
    START,
    TIMEOUT,
    TIMER,
    VEHICLE,
)
from .state import (
    AUTHORISED,
    CHARGING,
    COMPLETE,
    FAULTED,
    FINISHING,
    IDLE,
    RECOVERING,
    STARTING,
    SUSPENDED,
    Session,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Facts = Any
    Effects = tuple[tuple[str, Any], ...]
    Step = tuple[Session, Effects]

# A fault of these makes a new session impossible; others are only reported.
BLOCKING = ("meter", "contactor", "storage")


def step(session: Session, event: "tuple[str, Facts]") -> "Step":
    """Return the session after an event and the effects that lead there, in the order in which they are
    to be performed.
    """
    action = TABLE[session.state].get(event[0])
    return action(session, event[1]) if action else (session, ())


def is_legal(state: str, kind: str) -> bool:
    """Return whether an event means something in a state."""
    return kind in TABLE[state]


def resting(session: Session) -> "Step":
    """Return the session at rest, idle or faulted, with the screen that says so."""
    blocking = _blocking(session.faults)
    state = FAULTED if blocking else IDLE
    screen = (SHOW, ("out_of_order", {"fault": blocking[0]})) if blocking else (SHOW, ("welcome", {}))
    return session.without_driver(state), ((TIMER, None), screen)


def recovering(session: Session, token: "Any") -> "Step":
    """Return the session that a power cut left open, and the question that closes it."""
    asked: "Effects" = ((TIMER, "recovery_patience_s"), (READ_METER, None), (SHOW, ("finishing", {})))
    return session.but(state=RECOVERING, token=token, reason="power_loss", flags=("power_loss",)), asked


def _blocking(faults: "tuple[str, ...]") -> "tuple[str, ...]":
    return tuple([fault for fault in faults if fault in BLOCKING])


# Cards


def _card_at_rest(session: Session, facts: "Facts") -> "Step":
    """Begin with a card that may charge, turn away any other."""
    decision = facts["decision"]
    if _blocking(session.faults):
        return _turn_away(session, facts["token"], "out_of_order")
    if not decision["granted"]:
        return _turn_away(session, facts["token"], decision["reason"])
    known = session.without_driver(STARTING).but(
        token=facts["token"],
        contract=decision["contract"],
        tariff=decision["tariff"],
        limit_minor=decision["limit_minor"],
    )
    if session.plugged():
        return _to_starting(known, ((SIGNAL, "accepted"),))
    shown: "Effects" = (TIMER, "plug_timeout_s"), (SHOW, ("plug_in", {})), (SIGNAL, "accepted")
    return known.but(state=AUTHORISED), shown


def _to_starting(session: Session, signals: "Effects") -> "Step":
    asked: "Effects" = ((TIMER, "meter_patience_s"), (READ_METER, None), (SHOW, ("starting", {})))
    return session.but(state=STARTING), asked + signals


def _turn_away(session: Session, token: "Any", reason: str) -> "Step":
    """Say why a card does not start a session, and keep it in the ledger."""
    refusal = ("session.rejected", {"token": token, "reason": reason})
    return session, ((RECORD, refusal),) + _refused(reason, "message_s")


def _refused(reason: str, timer: "str | None") -> "Effects":
    shown: "Effects" = ((SHOW, ("refused", {"reason": reason})), (SIGNAL, "refused"))
    return ((TIMER, timer),) + shown if timer else shown


def _unreadable_at_rest(session: Session, facts: "Facts") -> "Step":
    return _turn_away(session, None, facts["reason"])


def _card_while_faulted(session: Session, facts: "Facts") -> "Step":
    return _turn_away(session, facts.get("token"), "out_of_order")


def _card_while_recovering(session: Session, facts: "Facts") -> "Step":
    return session, _refused("out_of_order", None)


def _card_while_open(session: Session, facts: "Facts") -> "Step":
    """End the session with its own card; any other card changes nothing."""
    if _is_own(session, facts):
        return _finish(session, "card", (SIGNAL, "accepted"))
    return session, _refused("other_card", None)


def _card_while_authorised(session: Session, facts: "Facts") -> "Step":
    if not _is_own(session, facts):
        return session, _refused("other_card", None)
    rested, effects = resting(session)
    return rested, effects + ((SIGNAL, "accepted"),)


def _unreadable_while_busy(session: Session, facts: "Facts") -> "Step":
    return session, _refused(facts["reason"], None)


def _is_own(session: Session, facts: "Facts") -> bool:
    return session.token is not None and facts["token"]["uid"] == session.token["uid"]


# Vehicle


def _vehicle_at_rest(session: Session, facts: "Facts") -> "Step":
    changed = session.but(vehicle=facts["state"])
    if changed.plugged() == session.plugged():
        return changed, ()
    rested, effects = resting(changed)
    return rested, effects


def _vehicle_while_authorised(session: Session, facts: "Facts") -> "Step":
    changed = session.but(vehicle=facts["state"])
    return _to_starting(changed, ()) if changed.plugged() else (changed, ())


def _vehicle_while_starting(session: Session, facts: "Facts") -> "Step":
    changed = session.but(vehicle=facts["state"])
    return (changed, ()) if changed.plugged() else resting(changed)


def _vehicle_while_open(session: Session, facts: "Facts") -> "Step":
    """Follow the vehicle: no vehicle ends the session, one that asks for no power suspends it."""
    changed = session.but(vehicle=facts["state"])
    if not changed.plugged():
        return _finish(changed, "unplugged" if changed.vehicle == "A" else "vehicle_fault")
    if session.state == CHARGING and session.asks() and not changed.asks():
        return changed.but(state=SUSPENDED), ((OPEN, None), (READ_METER, None), (SHOW, ("suspended", {})))
    if session.state == SUSPENDED and changed.asks():
        return changed.but(state=CHARGING), ((CLOSE, None), (READ_METER, None), (SHOW, ("charging", {})))
    return changed, ()


def _vehicle_noted(session: Session, facts: "Facts") -> "Step":
    return session.but(vehicle=facts["state"]), ()


# Meter


def _begin(session: Session, reading: "Facts") -> "Step":
    """Write the start before power flows: what the ledger does not hold is nobody's energy."""
    if not session.asks():
        # IEC 61851-1: power only for a vehicle that asks for it.
        return session.but(state=SUSPENDED), ((TIMER, None), (START, reading), (SHOW, ("suspended", {})))
    effects: "Effects" = ((TIMER, None), (START, reading), (CLOSE, None), (SHOW, ("charging", {})))
    return session.but(state=CHARGING), effects


def _sample(session: Session, reading: "Facts") -> "Step":
    return session, ((PRICE, reading), (SHOW, (session.state, {})))


def _end(session: Session, reading: "Facts") -> "Step":
    """Write the end, then show it: the receipt on the screen is one that the ledger holds."""
    ending = (END, {"reading": reading, "reason": session.reason, "flags": session.flags})
    effects: "Effects" = ((PRICE, reading), ending, (TIMER, "receipt_s"), (SHOW, ("receipt", {})))
    return session.without_driver(COMPLETE), effects


def _end_recovered(session: Session, reading: "Facts") -> "Step":
    """End a session that a power cut interrupted; its time stopped with the power, its energy is the
    meter's.
    """
    ending = (END, {"reading": reading, "reason": "power_loss", "flags": ("power_loss",)})
    effects: "Effects" = (ending, (TIMER, "receipt_s"), (SHOW, ("receipt", {})))
    return session.without_driver(COMPLETE), effects


def _end_unread(session: Session, facts: "Facts") -> "Step":
    """End at the last good reading when the meter stayed silent for too long: nothing is billed that was
    not measured.
    """
    flags = session.flags + ("last_good_reading",)
    ending = (END, {"reading": None, "reason": session.reason, "flags": flags})
    effects: "Effects" = (ending, (TIMER, "receipt_s"), (SHOW, ("receipt", {})))
    return session.without_driver(COMPLETE), effects


def _ask_again(session: Session, facts: "Facts") -> "Step":
    return session, ((READ_METER, None),)


def _start_failed(session: Session, facts: "Facts") -> "Step":
    """Give up a start for want of a reading; nothing was written and nothing flowed."""
    rested, effects = resting(session)
    refusal = ("session.rejected", {"token": session.token, "reason": "out_of_order"})
    return rested, ((RECORD, refusal),) + effects + ((SIGNAL, "refused"),)


# Ends


def _finish(session: Session, reason: str, *more: "Any") -> "Step":
    """Open the contactor, then ask the meter: the last reading is taken when nothing flows any more."""
    asked: "Effects" = (
        (OPEN, None),
        (TIMER, "meter_patience_s"),
        (READ_METER, None),
        (SHOW, ("finishing", {})),
    )
    return session.but(state=FINISHING, reason=reason), asked + more


def _stop_pressed(session: Session, facts: "Facts") -> "Step":
    return _finish(session, "button", (SIGNAL, "accepted"))


def _limit_reached(session: Session, facts: "Facts") -> "Step":
    return _finish(session, "limit", (SIGNAL, "attention"))


def _meter_lost_while_open(session: Session, facts: "Facts") -> "Step":
    return _finish(session.but(flags=session.flags + ("meter_fault",)), "meter_fault", (SIGNAL, "attention"))


def _rest(session: Session, facts: "Facts") -> "Step":
    return resting(session)


# Faults


def _with_fault(session: Session, facts: "Facts") -> "Step | None":
    """Return the session that knows of a fault and the effects that write it, or None when it is known
    already.
    """
    if facts["fault"] in session.faults:
        return None
    told = ("fault", {"fault": facts["fault"], "what": facts["what"]})
    return session.but(faults=session.faults + (facts["fault"],)), ((RECORD, told),)


def _fault_at_rest(session: Session, facts: "Facts") -> "Step":
    known = _with_fault(session, facts)
    if known is None:
        return session, ()
    if session.state == COMPLETE or facts["fault"] not in BLOCKING:
        return known
    rested, effects = resting(known[0])
    return rested, known[1] + effects


def _fault_while_open(session: Session, facts: "Facts") -> "Step":
    """Keep charging through what does no harm; end the session when the outlet itself is broken."""
    known = _with_fault(session, facts)
    if known is None:
        return session, ()
    if facts["fault"] != "contactor" or session.state not in (CHARGING, SUSPENDED):
        return known
    ended, effects = _finish(known[0], "contactor_fault", (SIGNAL, "attention"))
    return ended, known[1] + effects


def _cleared(session: Session, facts: "Facts") -> "Step":
    """Forget a fault; the last blocking one that goes makes the terminal ready again."""
    if facts["fault"] not in session.faults:
        return session, ()
    left = tuple([fault for fault in session.faults if fault != facts["fault"]])
    told = (RECORD, ("fault.cleared", {"fault": facts["fault"]}))
    mended = session.but(faults=left)
    if session.state != FAULTED:
        return mended, (told,)
    rested, effects = resting(mended)
    return rested, (told,) + effects


TABLE: "dict[str, dict[str, Callable[[Session, Facts], Step]]]" = {
    IDLE: {
        CARD: _card_at_rest,
        CARD_REFUSED: _unreadable_at_rest,
        VEHICLE: _vehicle_at_rest,
        TIMEOUT: _rest,
        FAULT: _fault_at_rest,
        FAULT_CLEARED: _cleared,
    },
    AUTHORISED: {
        CARD: _card_while_authorised,
        CARD_REFUSED: _unreadable_while_busy,
        VEHICLE: _vehicle_while_authorised,
        TIMEOUT: _rest,
        BUTTON_STOP: _rest,
        FAULT: _fault_at_rest,
        FAULT_CLEARED: _cleared,
    },
    STARTING: {
        VEHICLE: _vehicle_while_starting,
        READING: _begin,
        METER_LOST: _start_failed,
        TIMEOUT: _start_failed,
        BUTTON_STOP: _rest,
        FAULT: _fault_at_rest,
        FAULT_CLEARED: _cleared,
    },
    CHARGING: {
        CARD: _card_while_open,
        CARD_REFUSED: _unreadable_while_busy,
        VEHICLE: _vehicle_while_open,
        BUTTON_STOP: _stop_pressed,
        READING: _sample,
        METER_LOST: _meter_lost_while_open,
        LIMIT: _limit_reached,
        FAULT: _fault_while_open,
        FAULT_CLEARED: _cleared,
    },
    SUSPENDED: {
        CARD: _card_while_open,
        CARD_REFUSED: _unreadable_while_busy,
        VEHICLE: _vehicle_while_open,
        BUTTON_STOP: _stop_pressed,
        READING: _sample,
        METER_LOST: _meter_lost_while_open,
        LIMIT: _limit_reached,
        FAULT: _fault_while_open,
        FAULT_CLEARED: _cleared,
    },
    FINISHING: {
        VEHICLE: _vehicle_noted,
        READING: _end,
        METER_LOST: _ask_again,
        TIMEOUT: _end_unread,
        FAULT: _fault_while_open,
        FAULT_CLEARED: _cleared,
    },
    RECOVERING: {
        VEHICLE: _vehicle_noted,
        READING: _end_recovered,
        METER_LOST: _ask_again,
        TIMEOUT: _end_unread,
        CARD: _card_while_recovering,
        FAULT: _fault_while_open,
        FAULT_CLEARED: _cleared,
    },
    COMPLETE: {
        CARD: _card_at_rest,
        CARD_REFUSED: _unreadable_at_rest,
        VEHICLE: _vehicle_at_rest,
        TIMEOUT: _rest,
        FAULT: _fault_at_rest,
        FAULT_CLEARED: _cleared,
    },
    FAULTED: {
        CARD: _card_while_faulted,
        CARD_REFUSED: _card_while_faulted,
        VEHICLE: _vehicle_noted,
        TIMEOUT: _rest,
        FAULT: _fault_at_rest,
        FAULT_CLEARED: _cleared,
    },
}
