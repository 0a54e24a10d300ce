"""The task that waits for buttons: stop belongs to the session, language to the display.

It does not know what a stop leads to.
"""

from ..session import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Panel

    from .display import Display
    from .inbox import Inbox


class Buttons:
    """The buttons of the panel."""

    def __init__(self, panel: "Panel", inbox: "Inbox", display: "Display") -> None:
        self._panel = panel
        self._inbox = inbox
        self._display = display

    async def run(self) -> None:
        """Wait for presses for ever."""
        while True:
            button = await self._panel.wait_button()
            if button == "stop":
                self._inbox.post((events.BUTTON_STOP, None))
            elif button == "language":
                self._display.next_language()
