"""The contactor of the Linux board: one GPIO line commands it, another reads its auxiliary contact.

It does not know vehicles.
"""

from firmware.errors import BoardError
from hal.linux.gpio import Inputs, Output


class Contactor:
    """The power relay of the outlet."""

    def __init__(self, coil: Output, feedback: Inputs) -> None:
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
        return self._feedback.read()[0]


def open_contactor(line: str, feedback_line: str) -> Contactor:
    """Return the contactor on two lines. Raises BoardError: without feedback a welded one would not show."""
    if not line or not feedback_line:
        raise BoardError("contactor: name its GPIO lines in `contactor_line` and `contactor_feedback_line`")
    return Contactor(Output("contactor_line", line), Inputs("contactor_feedback_line", [feedback_line]))
