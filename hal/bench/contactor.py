"""The contactor of the emulated charger: commands go out, the auxiliary contact's word comes back.

It does not know what the contact is of: a welded one goes on saying that it is closed.
"""

from hal.common.ticks import between_ms, now_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.bench.link import Link

# The socket is slower than a contact, and a story may run at a thousand times real time. For so long, in real
# time, a command counts as carried out unless the contact says otherwise.
TRAVEL_MS = 100


class Contactor:
    """The power relay of the outlet."""

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._is_closed = False
        self._commanded: "bool | None" = None
        self._commanded_ms = 0

    def close(self) -> None:
        """Command it closed: power flows."""
        self._command(True)

    def open(self) -> None:
        """Command it open."""
        self._command(False)

    def is_closed(self) -> bool:
        """Return what its auxiliary contact says; while a command travels, what was commanded."""
        if self._commanded is not None:
            if between_ms(self._commanded_ms, now_ms()) < TRAVEL_MS:
                return self._commanded
            self._commanded = None
        return self._is_closed

    def report(self, is_closed: bool) -> None:
        """Take the auxiliary contact's word from the link."""
        self._is_closed = is_closed
        self._commanded = None

    def _command(self, is_closed: bool) -> None:
        self._commanded, self._commanded_ms = is_closed, now_ms()
        self._link.tell("contactor", is_closed)
