"""The control pilot of the emulated charger, as the link tells it.

It does not know the vehicle.
"""

from hal.common.tasks import Event


class Plug:
    """The vehicle state of the outlet, for one task that watches it."""

    def __init__(self) -> None:
        self._state = "A"
        self._changed = Event()

    def state(self) -> str:
        """Return the state of IEC 61851-1, `A` to `F`."""
        return self._state

    async def wait_change(self, known_state: str) -> str:
        """Wait until the state is another than the known one and return it."""
        while self._state == known_state:
            self._changed.clear()
            await self._changed.wait_ms()
        return self._state

    def become(self, state: str) -> None:
        """Take a state from the link."""
        self._state = state
        self._changed.set()
