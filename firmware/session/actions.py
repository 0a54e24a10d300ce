"""What a session does in answer to an event: the next session, and the effects that lead there.

It does not know which answer belongs to which state and event; that is the table in table.py.
"""

from .events import (
    BEGIN_RECORD,
    CLOSE,
    END,
    END_RECORD,
    OPEN,
    PRICE,
    READ_METER,
    RECORD,
    RESUME,
    SHOW,
    SIGNAL,
    START,
    TIMER,
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
    from typing import Any

    Facts = Any
    Effects = tuple[tuple[str, Any], ...]
    Step = tuple[Session, Effects]

# A fault of these makes a new session impossible; others are only reported.
BLOCKING = ("meter", "contactor", "storage", "orders", "tariff")


def resting(session: Session) -> "Step":
    """Return the session at rest, idle or faulted, with the screen that says so."""
    blocking = _blocking(session.faults)
    state = FAULTED if blocking else IDLE
    screen = (SHOW, ("out_of_order", {"fault": blocking[0]})) if blocking else (SHOW, ("welcome", {}))
    return session.without_driver(state), ((TIMER, None), screen)


def recovering(session: Session, opened: "Facts") -> "Step":
    """Return the session that a power cut left open, by its session.started, and the question that closes
    it.
    """
    known = session.but(
        state=RECOVERING,
        token=opened["token"],
        contract=opened["contract"],
        tariff=opened["tariff"]["id"],
        limit_minor=opened["limit_minor"],
        reason="power_loss",
        flags=("power_loss",),
    )
    return known, _ask_meter("recovery_patience_s", RECOVERING, END_RECORD)


def _ask_meter(patience: str, screen: str, task: "Any") -> "Effects":
    return ((TIMER, patience), (READ_METER, task), (SHOW, (screen, {})))


def _blocking(faults: "tuple[str, ...]") -> "tuple[str, ...]":
    return tuple([fault for fault in faults if fault in BLOCKING])


# Cards


def card_at_rest(session: Session, facts: "Facts") -> "Step":
    """Begin with a card that may charge, turn away any other."""
    decision = facts["decision"]
    if _blocking(session.faults):
        return _turn_away(session, facts, "out_of_order")
    if not decision["granted"]:
        return _turn_away(session, facts, decision["reason"])
    known = session.without_driver(STARTING).but(
        token=facts["token"],
        contract=decision["contract"],
        tariff=decision["tariff"],
        limit_minor=decision["limit_minor"],
        payment=facts.get("payment"),
    )
    if session.plugged():
        return _to_starting(known, ((SIGNAL, "accepted"),))
    shown: "Effects" = (TIMER, "plug_timeout_s"), (SHOW, ("plug_in", {})), (SIGNAL, "accepted")
    return known.but(state=AUTHORISED), shown


def _to_starting(session: Session, signals: "Effects") -> "Step":
    asked = _ask_meter("meter_patience_s", "starting", (BEGIN_RECORD, session))
    return session.but(state=STARTING), asked + signals


def _turn_away(session: Session, facts: "Facts", reason: str) -> "Step":
    """Say why a card does not start a session, and keep it in the ledger."""
    told = {"token": facts["token"], "reason": reason}
    if facts.get("payment"):
        # Nobody needs the number of a card that pays nothing, be it sealed.
        told["payment"] = facts["payment"]["payment"]
    return session, ((RECORD, ("session.rejected", told)),) + _refused(reason, "message_s")


def _refused(reason: str, timer: "str | None") -> "Effects":
    shown: "Effects" = ((SHOW, ("refused", {"reason": reason})), (SIGNAL, "refused"))
    return ((TIMER, timer),) + shown if timer else shown


def unreadable_at_rest(session: Session, facts: "Facts") -> "Step":
    """Turn away a card without a usable identity."""
    return _turn_away(session, facts, facts["reason"])


def card_while_faulted(session: Session, facts: "Facts") -> "Step":
    """Turn away every card."""
    return _turn_away(session, facts, "out_of_order")


def card_while_recovering(session: Session, facts: "Facts") -> "Step":
    """Ask for patience until the session of before is closed."""
    return session, _refused("out_of_order", None)


def card_while_open(session: Session, facts: "Facts") -> "Step":
    """End the session with its own card; any other card changes nothing."""
    if _is_own(session, facts):
        return _finish(session, "card", (SIGNAL, "accepted"))
    return session, _refused("other_card", None)


def card_while_authorised(session: Session, facts: "Facts") -> "Step":
    """Call the start off with its own card; any other card changes nothing."""
    if not _is_own(session, facts):
        return session, _refused("other_card", None)
    rested, effects = resting(session)
    return rested, effects + ((SIGNAL, "accepted"),)


def unreadable_while_busy(session: Session, facts: "Facts") -> "Step":
    """Say why the card cannot be read; the driver goes on."""
    return session, _refused(facts["reason"], None)


def _is_own(session: Session, facts: "Facts") -> bool:
    """Return whether a card is the session's own: a bank card by the hash of its number, others by their UID,
    proved where the one that began was: a copy of the UID is not.
    """
    token, told = session.token, facts["token"]
    if token is None or token["type"] != told["type"]:
        return False
    if token["type"] == "EMV":
        return bool(told["card"] == token["card"])
    return bool(told["uid"] == token["uid"] and told["level"] in (token["level"], "SECURE"))


# Vehicle


def vehicle_at_rest(session: Session, facts: "Facts") -> "Step":
    """Note the vehicle; one that comes or goes brings the first screen back."""
    changed = session.but(vehicle=facts["state"])
    if changed.plugged() == session.plugged():
        return changed, ()
    return resting(changed)


def vehicle_while_authorised(session: Session, facts: "Facts") -> "Step":
    """Start once the vehicle for which the card was shown is there."""
    changed = session.but(vehicle=facts["state"])
    return _to_starting(changed, ()) if changed.plugged() else (changed, ())


def vehicle_while_starting(session: Session, facts: "Facts") -> "Step":
    """Call the start off when the vehicle leaves."""
    changed = session.but(vehicle=facts["state"])
    return (changed, ()) if changed.plugged() else resting(changed)


def vehicle_while_open(session: Session, facts: "Facts") -> "Step":
    """Follow the vehicle: no vehicle ends the session, one that asks for no power suspends it."""
    changed = session.but(vehicle=facts["state"])
    if not changed.plugged():
        return _finish(changed, "unplugged" if changed.vehicle == "A" else "vehicle_fault")
    if session.state == CHARGING and session.asks() and not changed.asks():
        return changed.but(state=SUSPENDED), ((OPEN, None), (READ_METER, None), (SHOW, ("suspended", {})))
    if session.state == SUSPENDED and changed.asks():
        return changed.but(state=CHARGING), ((CLOSE, None), (READ_METER, None), (SHOW, ("charging", {})))
    return changed, ()


def vehicle_noted(session: Session, facts: "Facts") -> "Step":
    """Note the vehicle, which changes nothing now."""
    return session.but(vehicle=facts["state"]), ()


# Meter


def begin(session: Session, reading: "Facts") -> "Step":
    """Write the start before power flows: what the ledger does not hold is nobody's energy. One that costs
    more than its limit at once is none.
    """
    if reading.get("refusal"):
        driver = {"token": session.token, "payment": session.payment}
        return _turn_away(session.without_driver(IDLE), driver, reading["refusal"])
    if not session.asks():
        # IEC 61851-1: power only for a vehicle that asks for it.
        effects: "Effects" = ((TIMER, None), (START, reading), (SHOW, ("suspended", {})))
        return session.but(state=SUSPENDED, payment=None), effects
    effects = ((TIMER, None), (START, reading), (CLOSE, None), (SHOW, ("charging", {})))
    return session.but(state=CHARGING, payment=None), effects


def end(session: Session, reading: "Facts") -> "Step":
    """Write the end, then show it: the receipt on the screen is one that the ledger holds."""
    return _complete(session, reading, session.flags, (PRICE, reading))


def recovered(session: Session, reading: "Facts") -> "Step":
    """End a session that a power cut interrupted; its time stopped with the power, its energy is the
    meter's. Where it may go on and a vehicle is there, it does, and nothing is broken.
    """
    if not reading.get("pause") or not session.plugged() or _blocking(session.faults):
        return _complete(session, reading, session.flags)
    flows = session.asks()
    known = session.but(state=CHARGING if flows else SUSPENDED, reason=None, flags=())
    effects: "Effects" = ((TIMER, None), (RESUME, reading))
    if flows:
        effects += ((CLOSE, None),)
    return known, effects + ((SHOW, (known.state, {})),)


def end_unread(session: Session, facts: "Facts") -> "Step":
    """End at the last good reading when the meter stayed silent for too long: nothing is billed that was
    not measured.
    """
    return _complete(session, None, session.flags + ("last_good_reading",))


def lost_while_recovering(session: Session, facts: "Facts") -> "Step":
    """Wait for a silent meter; a register that lies ends the session at the last good reading."""
    if facts["lie"] is None:
        return ask_again(session, facts)
    return end_unread(session.but(flags=session.flags + ("meter_" + facts["lie"],)), facts)


def _complete(session: Session, reading: "Facts", flags: "tuple[str, ...]", *before: "Any") -> "Step":
    ending = (END, {"reading": reading, "reason": session.reason, "flags": flags})
    shown: "Effects" = ((TIMER, "receipt_s"), (SHOW, ("receipt", {})))
    return session.without_driver(COMPLETE), before + (ending,) + shown


def ask_again(session: Session, facts: "Facts") -> "Step":
    """Ask the meter again."""
    return session, ((READ_METER, END_RECORD),)


def start_failed(session: Session, facts: "Facts") -> "Step":
    """Give up a start for want of a reading; nothing was written and nothing flowed."""
    rested, effects = resting(session)
    refusal = ("session.rejected", {"token": session.token, "reason": "out_of_order"})
    return rested, ((RECORD, refusal),) + effects + ((SIGNAL, "refused"),)


# Ends


def _finish(session: Session, reason: str, *more: "Any") -> "Step":
    """Open the contactor, then ask the meter: the last reading is taken when nothing flows any more."""
    asked = ((OPEN, None),) + _ask_meter("meter_patience_s", "finishing", END_RECORD)
    return session.but(state=FINISHING, reason=reason), asked + more


def stop_pressed(session: Session, facts: "Facts") -> "Step":
    """End the session by its button."""
    return _finish(session, "button", (SIGNAL, "accepted"))


def limit_reached(session: Session, facts: "Facts") -> "Step":
    """End the session at the contract's limit."""
    return _finish(session, "limit", (SIGNAL, "attention"))


def meter_lost_while_open(session: Session, facts: "Facts") -> "Step":
    """End the session: what is not measured is not sold."""
    return _finish(session.but(flags=session.flags + ("meter_fault",)), "meter_fault", (SIGNAL, "attention"))


def rest(session: Session, facts: "Facts") -> "Step":
    """Go back to rest."""
    return resting(session)


# Faults


def _with_fault(session: Session, facts: "Facts") -> "Step | None":
    """Return the session that knows of a fault and the effects that write it, or None when it is known
    already, unless it may have been told as another.
    """
    effects = ((RECORD, ("fault", {"fault": facts["fault"], "what": facts["what"]})),)
    if facts["fault"] not in session.faults:
        return session.but(faults=session.faults + (facts["fault"],)), effects
    return (session, effects) if facts.get("known") else None


def fault_at_rest(session: Session, facts: "Facts") -> "Step":
    """Note a fault; a blocking one puts the terminal out of order."""
    known = _with_fault(session, facts)
    if known is None:
        return session, ()
    if session.state == COMPLETE or facts["fault"] not in BLOCKING:
        return known
    rested, effects = resting(known[0])
    return rested, known[1] + effects


def fault_while_open(session: Session, facts: "Facts") -> "Step":
    """Keep charging through what does no harm; end the session when the outlet itself is broken."""
    known = _with_fault(session, facts)
    if known is None:
        return session, ()
    if facts["fault"] != "contactor" or session.state not in (CHARGING, SUSPENDED):
        return known
    ended, effects = _finish(known[0], "contactor_fault", (SIGNAL, "attention"))
    return ended, known[1] + effects


def cleared(session: Session, facts: "Facts") -> "Step":
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
