"""The panel of the ESP32: text on the console.

It knows nothing of its own; boards have the same file names.
"""

from hal.common.text_panel import TextPanel as Panel

__all__ = ["Panel"]
