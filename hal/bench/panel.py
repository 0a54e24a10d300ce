"""What the driver of the emulated charger sees, hears and presses, over the link.

It does not know who looks.
"""

from hal.common.tasks import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.bench.link import Link


class Panel:
    """Screens and signals go out, presses come in."""

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._presses: "list[str]" = []
        self._pressed = Event()

    def show(self, screen: dict) -> None:
        """Show a screen."""
        self._link.tell("screen", screen)

    def signal(self, kind: str) -> None:
        """Sound or light: `accepted`, `refused`, `attention`."""
        self._link.mention("signal", kind)

    async def wait_button(self) -> str:
        """Wait for a press and return `stop` or `language`."""
        while not self._presses:
            await self._pressed.wait_ms()
            self._pressed.clear()
        return self._presses.pop(0)

    def press(self, button: str) -> None:
        """Take a press from the link."""
        self._presses.append(button)
        self._pressed.set()
