"""The panel of the Linux board: text on standard output.

It knows nothing of its own; boards have the same file names.
"""

from hal.common.text_panel import TextPanel as Panel

__all__ = ["Panel"]
