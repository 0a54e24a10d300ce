"""The control pilot of the ESP32, from two or three pins of its front end.

It does not know the contactor.
"""

from firmware.errors import BoardError
from hal.common.pilot import state_of
from hal.common.waiting import pause_ms
from hal.esp32.pins import Line

LOOK_MS = 50


class Plug:
    """The vehicle state of the outlet."""

    def __init__(self, lines: "list[Line]") -> None:
        self._lines = lines

    def state(self) -> str:
        """Return the state of IEC 61851-1: `A`, `B`, `C` or `E`."""
        levels = [line.is_active() for line in self._lines]
        return state_of(levels[0], levels[1], len(levels) == 3 and levels[2])

    async def wait_change(self, known_state: str) -> str:
        """Wait until the state is another than the known one and return it."""
        while self.state() == known_state:
            await pause_ms(LOOK_MS)
        return self.state()


def open_plug(lines: str) -> Plug:
    """Return the plug on `connected,asks for power[,fault]`. Raises BoardError."""
    names = lines.split(",") if lines else []
    if len(names) not in (2, 3):
        raise BoardError("plug: name the pins in `plug_lines`: connected,asks for power[,fault]")
    return Plug([Line("plug_lines", name.strip(), False) for name in names])
