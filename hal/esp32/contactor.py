"""The contactor of the ESP32, on two pins.

It does not know vehicles.
"""

from firmware.errors import BoardError
from hal.common.contactor import Contactor
from hal.esp32.pins import Line


def open_contactor(line: str, feedback_line: str) -> Contactor:
    """Return the contactor on two pins. Raises BoardError: without feedback a welded one would not show."""
    if not line or not feedback_line:
        raise BoardError("contactor: name its pins in `contactor_line` and `contactor_feedback_line`")
    return Contactor(
        Line("contactor_line", line, True), Line("contactor_feedback_line", feedback_line, False)
    )
