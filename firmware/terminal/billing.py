"""The bill of the open session: readings in, price out, and what a checkpoint needs to go on with it.

It does not know why a session began or ends.
"""

from ..pricing.engine import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Clock

    from ..pricing.tariff import Tariff

    Document = dict[str, Any]


class Billing:
    """Energy, time and price of one session."""

    def __init__(self, clock: "Clock", tariff: "Tariff", start: "Document") -> None:
        """Begin at a start: `{"wh", "serial", "utc_s", "clock"}`."""
        self._clock = clock
        self._ticks_ms = 0
        self._engine = Engine(tariff)
        self.tariff = tariff
        self.start = start
        self.elapsed_ms = 0
        self.last_wh: int = start["wh"]

    def begin(self, reading: "Document") -> None:
        """Price the first sample: the reading that stands in session.started."""
        self._ticks_ms = reading["ticks_ms"]
        self._engine.add(0, 0, None)

    def add(self, reading: "Document") -> None:
        """Price a later reading."""
        self.elapsed_ms += self._clock.elapsed_ms(self._ticks_ms) - self._clock.elapsed_ms(
            reading["ticks_ms"]
        )
        self._ticks_ms = reading["ticks_ms"]
        self.last_wh = reading["wh"]
        self._engine.add(self.elapsed_ms, self.energy_wh(), reading["power_w"])

    def close_at(self, wh: int) -> None:
        """Price the register found after a power cut; time stopped with the power."""
        self.last_wh = wh
        self._engine.add(self.elapsed_ms, self.energy_wh(), None)

    def energy_wh(self) -> int:
        """Return the energy of the session so far."""
        return self.last_wh - self.start["wh"]

    def gross_minor(self) -> int:
        """Return the price so far."""
        return self._engine.gross_minor()

    def bill(self) -> "Document":
        """Return the bill as `firmware.pricing.engine` shapes it."""
        return self._engine.bill()

    def progress(self) -> "Document":
        """Return what a checkpoint has to keep."""
        return {"elapsed_ms": self.elapsed_ms, "wh": self.last_wh, "engine": self._engine.state()}

    def restore(self, progress: "Document | None") -> None:
        """Go on from a checkpoint, or from the start where none was written."""
        if progress is None:
            self._engine.add(0, 0, None)
            return
        self._engine = Engine(self.tariff, progress["engine"])
        self.elapsed_ms = progress["elapsed_ms"]
        self.last_wh = progress["wh"]
