"""A vehicle as the charger sees it: a control-pilot state, and a load that ends when the battery is full.

It does not know the charger: whoever owns both says for how long power was there, and tells the meter.
"""

W_MS_IN_WH = 3_600_000


class Vehicle:
    """A vehicle that draws `power_w` while plugged in and energised, until it took `battery_wh`."""

    __slots__ = ("_room_w_ms", "plugged", "power_w")

    def __init__(self, power_w: int, battery_wh: int):
        self.power_w = power_w
        self.plugged = False
        self._room_w_ms = battery_wh * W_MS_IN_WH

    def is_full(self) -> bool:
        """Return whether the battery took all that it can."""
        return self._room_w_ms == 0

    def state(self) -> str:
        """Return the vehicle state of IEC 61851-1: `A` no vehicle, `B` connected, `C` asks for power."""
        if not self.plugged:
            return "A"
        return "C" if self.power_w and not self.is_full() else "B"

    def draw(self, duration_ms: int, energised: bool) -> "list[tuple[int, int]]":
        """Let time pass; return the load in it as [(duration_ms, power_w), …], which add up to the duration.

        The stretches are exact: the millisecond in which the battery fills has its own, mean power.
        """
        if not energised or self.state() != "C":
            return [(duration_ms, 0)]
        wanted_w_ms = self.power_w * duration_ms
        if wanted_w_ms < self._room_w_ms:
            self._room_w_ms -= wanted_w_ms
            return [(duration_ms, self.power_w)]
        filling_ms, last_w = divmod(self._room_w_ms, self.power_w)
        self._room_w_ms = 0
        load = [(filling_ms, self.power_w)]
        if last_w:
            load.append((1, last_w))
        load.append((duration_ms - filling_ms - (1 if last_w else 0), 0))
        return [stretch for stretch in load if stretch[0]]

    def until_full_ms(self) -> "int | None":
        """Return after how many milliseconds of power the battery is full; None when it draws none."""
        return -(-self._room_w_ms // self.power_w) if self.state() == "C" else None
