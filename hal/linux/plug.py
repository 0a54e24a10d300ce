"""The control pilot of the Linux board, from two or three GPIO lines of its front end.

It does not know the contactor.
"""

from firmware.errors import BoardError
from hal.common.pilot import state_of
from hal.linux.gpio import Inputs


class Plug:
    """The vehicle state of the outlet, for one task that watches it."""

    def __init__(self, lines: Inputs) -> None:
        self._lines = lines

    def state(self) -> str:
        """Return the state of IEC 61851-1: `A`, `B`, `C` or `E`."""
        is_connected, asks_power, *is_faulty = self._lines.read()
        return state_of(is_connected, asks_power, any(is_faulty))

    async def wait_change(self, known_state: str) -> str:
        """Wait until the state is another than the known one and return it."""
        state = self.state()
        while state == known_state:
            await self._lines.wait_edge()
            state = self.state()
        return state


def open_plug(lines: str) -> Plug:
    """Return the plug on `connected,asks for power[,fault]`. Raises BoardError."""
    names = lines.split(",") if lines else []
    if len(names) not in (2, 3):
        raise BoardError("plug: name the GPIO lines in `plug_lines`: connected,asks for power[,fault]")
    return Plug(Inputs("plug_lines", names))
