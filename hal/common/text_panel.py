"""A panel of text: screens and signals as lines on standard output, for boards without a display yet.

It does not know who reads them. Nothing can be pressed on it.
"""

import json

from firmware.errors import BoardError
from hal.common.process import say
from hal.common.tasks import Event


class TextPanel:
    """Writes what the driver would see."""

    def __init__(self, form: str) -> None:
        """Take the form of the lines: empty for words, `json` for JSON. Raises BoardError for another."""
        if form not in ("", "json"):
            raise BoardError(
                "panel: this board knows no %r; leave `panel` empty for words, or say json" % form
            )
        self._is_json = form == "json"
        self._pressed = Event()

    def show(self, screen: dict) -> None:
        """Show a screen."""
        if self._is_json:
            say(json.dumps({"screen": screen}))
            return
        say(" | ".join(screen["lines"]))
        if "qr" in screen:
            # In memory only while it is drawn.
            from hal.common import qr_text

            for line in qr_text.lines(screen["qr"]):
                say(line)

    def signal(self, kind: str) -> None:
        """Sound or light: `accepted`, `refused`, `attention`."""
        say(json.dumps({"signal": kind}) if self._is_json else "(%s)" % kind)

    async def wait_button(self) -> str:
        """Wait for ever."""
        while True:
            await self._pressed.wait_ms()
