"""The charging session as one table: (state, event) to the action that gives the next session and the
effects.

It does not know what an action does. A pair that is not in the table is illegal and changes nothing.
"""

from . import actions, following
from .events import (
    BUTTON_STOP,
    CARD,
    CARD_REFUSED,
    FAULT,
    FAULT_CLEARED,
    LIMIT,
    METER_LOST,
    READING,
    TIMEOUT,
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

    Row = dict[str, Callable[[Session, actions.Facts], actions.Step]]

AT_REST: "Row" = {
    CARD: actions.card_at_rest,
    CARD_REFUSED: actions.unreadable_at_rest,
    VEHICLE: actions.vehicle_at_rest,
    TIMEOUT: actions.rest,
    FAULT: actions.fault_at_rest,
    FAULT_CLEARED: actions.cleared,
}
IN_USE: "Row" = {
    CARD: actions.card_while_open,
    CARD_REFUSED: actions.unreadable_while_busy,
    VEHICLE: actions.vehicle_while_open,
    BUTTON_STOP: actions.stop_pressed,
    READING: following.sample,
    METER_LOST: actions.meter_lost_while_open,
    LIMIT: actions.limit_reached,
    FAULT: actions.fault_while_open,
    FAULT_CLEARED: actions.cleared,
}
TABLE: "dict[str, Row]" = {
    IDLE: AT_REST,
    AUTHORISED: {
        CARD: actions.card_while_authorised,
        CARD_REFUSED: actions.unreadable_while_busy,
        VEHICLE: actions.vehicle_while_authorised,
        TIMEOUT: actions.rest,
        BUTTON_STOP: actions.rest,
        FAULT: actions.fault_at_rest,
        FAULT_CLEARED: actions.cleared,
    },
    STARTING: {
        VEHICLE: actions.vehicle_while_starting,
        READING: actions.begin,
        METER_LOST: actions.start_failed,
        TIMEOUT: actions.start_failed,
        BUTTON_STOP: actions.rest,
        FAULT: actions.fault_at_rest,
        FAULT_CLEARED: actions.cleared,
    },
    CHARGING: IN_USE,
    SUSPENDED: IN_USE,
    FINISHING: {
        VEHICLE: actions.vehicle_noted,
        READING: actions.end,
        METER_LOST: actions.ask_again,
        TIMEOUT: actions.end_unread,
        FAULT: actions.fault_while_open,
        FAULT_CLEARED: actions.cleared,
    },
    RECOVERING: {
        VEHICLE: actions.vehicle_noted,
        READING: actions.recovered,
        METER_LOST: actions.lost_while_recovering,
        TIMEOUT: actions.end_unread,
        CARD: actions.card_while_recovering,
        FAULT: actions.fault_while_open,
        FAULT_CLEARED: actions.cleared,
    },
    COMPLETE: AT_REST,
    FAULTED: {
        CARD: actions.card_while_faulted,
        CARD_REFUSED: actions.card_while_faulted,
        VEHICLE: actions.vehicle_noted,
        TIMEOUT: actions.rest,
        FAULT: actions.fault_at_rest,
        FAULT_CLEARED: actions.cleared,
    },
}


def step(session: Session, event: "tuple[str, actions.Facts]") -> "actions.Step":
    """Return the session after an event and the effects that lead there, in the order in which they are
    to be performed.
    """
    action = TABLE[session.state].get(event[0])
    return action(session, event[1]) if action else (session, ())


def is_legal(state: str, kind: str) -> bool:
    """Return whether an event means something in a state."""
    return kind in TABLE[state]
