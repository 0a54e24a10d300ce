"""The contactor of the emulated charger: commands go out, the auxiliary contact's word comes back.

It does not know what the contact is of: a welded one goes on saying that it is closed.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.bench.link import Link


class Contactor:
    """The power relay of the outlet."""

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._is_closed = False

    def close(self) -> None:
        """Command it closed: power flows."""
        self._link.tell("contactor", True)

    def open(self) -> None:
        """Command it open."""
        self._link.tell("contactor", False)

    def is_closed(self) -> bool:
        """Return what its auxiliary contact says, not what was commanded."""
        return self._is_closed

    def report(self, is_closed: bool) -> None:
        """Take the auxiliary contact's word from the link."""
        self._is_closed = is_closed
