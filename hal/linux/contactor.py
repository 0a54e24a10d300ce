"""The contactor of the Linux board, on two GPIO lines.

It does not know vehicles.
"""

from firmware.errors import BoardError
from hal.common.contactor import Contactor
from hal.linux.gpio import Input, Output


def open_contactor(line: str, feedback_line: str) -> Contactor:
    """Return the contactor on two lines. Raises BoardError: without feedback a welded one would not show."""
    if not line or not feedback_line:
        raise BoardError("contactor: name its GPIO lines in `contactor_line` and `contactor_feedback_line`")
    return Contactor(Output("contactor_line", line), Input("contactor_feedback_line", feedback_line))
