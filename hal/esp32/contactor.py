"""The contactor of the ESP32: one pin commands it, another reads its auxiliary contact.

It does not know vehicles.
"""

from firmware.errors import BoardError
from hal.esp32.pins import Line


class Contactor:
    """The power relay of the outlet."""

    def __init__(self, coil: Line, feedback: Line) -> None:
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
        return self._feedback.is_active()


def open_contactor(line: str, feedback_line: str) -> Contactor:
    """Return the contactor on two pins. Raises BoardError: without feedback a welded one would not show."""
    if not line or not feedback_line:
        raise BoardError("contactor: name its pins in `contactor_line` and `contactor_feedback_line`")
    return Contactor(
        Line("contactor_line", line, True), Line("contactor_feedback_line", feedback_line, False)
    )
