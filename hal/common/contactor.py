"""The contactor over two lines: one commands it, another reads its auxiliary contact.

It does not know vehicles, and not what a line is on the board.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Contactor:
    """The power relay of the outlet."""

    def __init__(self, coil: "Any", feedback: "Any") -> None:
        """Take the coil, with `set(is_active)`, and the auxiliary contact, with `is_active()`."""
        self._coil = coil
        self._feedback = feedback

    def close(self) -> None:
        """Command it closed: power flows."""
        self._coil.set(True)

    def open(self) -> None:
        """Command it open."""
        self._coil.set(False)

    def is_closed(self) -> bool:
        """Return what its auxiliary contact says, not what was commanded."""
        return bool(self._feedback.is_active())
