"""Takes a session one event further: by the table, which is in a small board's memory only while it is asked.

It does not know what follows from what. Only the reading of an open session, which comes every other second,
does not wait for the table: its action stands here, and in the table too.
"""

from .events import PRICE, READING, SHOW
from .state import CHARGING, SUSPENDED, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .actions import Facts, Step


def follow(session: Session, event: "tuple[str, Facts]") -> "Step":
    """Return the session after an event and the effects that lead there, in the order in which they are
    to be performed.
    """
    if event[0] == READING and session.state in (CHARGING, SUSPENDED):
        return sample(session, event[1])
    from . import table

    return table.step(session, event)


def sample(session: Session, reading: "Facts") -> "Step":
    """Add a reading to the bill and show the figures."""
    return session, ((PRICE, reading), (SHOW, (session.state, {})))
