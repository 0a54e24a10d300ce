"""The bill of the open session: readings in, price out, and what a checkpoint needs to go on with it.

It does not know why a session began or ends.
"""

from ..metering.plausible import REFRESH_MS
from ..pricing.engine import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Clock

    from ..pricing.calendar import Zone
    from ..pricing.discount import Discount
    from ..pricing.tariff import Tariff

    Document = dict[str, Any]

# A reading that comes so soon after the moment for which it was asked is one of it: no register is newer.
AT_ONCE_MS = 1000
# Near a boundary of energy readings are taken so long before it is expected, and no oftener than this.
AHEAD_MS = 1000
SOONEST_MS = 250
MS_IN_H = 3600000
# A limit that is never reached as things go is looked for again so much later.
_FAR_MS = 600000
# Before one that may be so near each reading shows that it is not.
_NEAR_MS = 3000


class Billing:
    """Energy, time and price of one session."""

    def __init__(
        self, clock: "Clock", zone: "Zone", tariff: "Tariff", start: "Document", discounts: "list[Discount]"
    ) -> None:
        """Begin at a start: `{"wh", "serial", "utc_s", "clock"}`, of a bank card with its `payment`."""
        self._clock = clock
        self._zone = zone
        self._ticks_ms = 0
        self._discounts = discounts
        self.tariff = tariff
        # What the meter's record says of the price.
        self.tariff_text = ""
        self.start = start
        self._engine = self._begun(None)
        self.elapsed_ms = 0
        # When the last reading was taken, and the pauses that power cuts made, as resuming.py tells them.
        self.at_utc_s: "int | None" = start["utc_s"]
        self.pauses: "list[Document]" = []
        self.last_wh: int = start["wh"]
        # What was measured and what the vehicle did when the last reading was taken.
        self._power_w: "int | None" = None
        self._step_wh: int = start.get("resolution_wh", 1)
        self._current_ma: "int | None" = None
        self._is_parking = False
        # Where the session's limit is; when to look for it again, the power that was reckoned with, and the
        # price from which on to look again.
        self._limit_ms: "int | None" = None
        self._looked = (0, 0, 0)

    def _begun(self, state: "list[Any] | None") -> Engine:
        # A clock that was unset stays so for this session: what was told before it is what is asked for.
        payment = self.start.get("payment") or {}
        paid = (payment.get("scheme"), payment.get("recognition"))
        return Engine(self.tariff, self._zone, self.start["utc_s"], state, self._discounts, paid=paid)

    def begin(self, reading: "Document", is_parking: bool) -> None:
        """Price the first sample: the reading that stands in session.started."""
        self._ticks_ms = reading["ticks_ms"]
        self._note(reading, is_parking)
        self._engine.add(0, 0)

    def least_minor(self, is_parking: bool) -> int:
        """Return what a session costs once its first Wh has flowed, asked of an account that has not begun.

        The first ms of charging is in it, and counts as a step. Where it begins with parking, it may end with
        a step of that.
        """
        parked_minor = 0
        if is_parking:
            self._engine.add(1, 0, None, None, True)
            parked_minor = self.gross_minor()
        self._engine.add(2, 1)
        return max(parked_minor, self.gross_minor())

    def add(self, reading: "Document", is_parking: bool, is_last: bool) -> None:
        """Price a later reading; `is_parking` says whether the vehicle asks for no power from now on.

        A reading after the contactor was told to move says nothing of the power that flowed before: that of
        the reading before counts.
        """
        before_ms = self.elapsed_ms
        boundary_ms = self._engine.next_boundary()[0]
        self.elapsed_ms += self._clock.elapsed_ms(self._ticks_ms) - self._clock.elapsed_ms(
            reading["ticks_ms"]
        )
        self._ticks_ms = reading["ticks_ms"]
        self.last_wh = reading["wh"]
        if is_parking == self._is_parking and not is_last:
            self._note(reading, is_parking)
        if boundary_ms is not None and before_ms < boundary_ms < self.elapsed_ms <= boundary_ms + AT_ONCE_MS:
            self._price(boundary_ms)
        self._price(self.elapsed_ms)
        self._note(reading, is_parking)

    def _note(self, reading: "Document", is_parking: bool) -> None:
        self._power_w, self._current_ma = reading["power_w"], reading["current_ma"]
        # One in float32 loses digits as it grows.
        self._step_wh = reading.get("resolution_wh", 1)
        self.at_utc_s = reading["utc_s"]
        self._is_parking = is_parking

    def _price(self, elapsed_ms: int) -> None:
        self._engine.add(elapsed_ms, self.energy_wh(), self._power_w, self._current_ma, self._is_parking)

    def close_at(self, wh: int) -> None:
        """Price the register found after a power cut; time stopped with the power."""
        self.last_wh = wh
        self._price(self.elapsed_ms)

    def resume(self, reading: "Document", is_parking: bool) -> None:
        """Go on after a pause: what the meter counted up to it is priced, its time is not."""
        pause = reading["pause"]
        self.close_at(reading["wh"])
        self.pauses.append(pause)
        self._pause(pause)
        self._ticks_ms = reading["ticks_ms"]
        self._note(reading, is_parking)

    def _pause(self, pause: "Document") -> None:
        self._engine.pause(pause["after_ms"], 1000 * (pause["to_s"] - pause["from_s"]))

    def energy_wh(self) -> int:
        """Return the energy of the session so far."""
        return self.last_wh - self.start["wh"]

    def gross_minor(self) -> int:
        """Return the price so far."""
        return self._engine.gross_minor()

    def bill(self) -> "Document":
        """Return the bill as `firmware.pricing.engine` shapes it."""
        return self._engine.bill()

    def next_reading_ms(self, stop_ms: "int | None") -> "int | None":
        """Return after how long a reading is due, because the price changes or the session stops then."""
        boundary_ms, boundary_wh = self._engine.next_boundary()
        if boundary_ms is not None:
            stop_ms = _sooner(stop_ms, boundary_ms - self._elapsed_now_ms())
        return _sooner(stop_ms, self._early(self._until_energy_ms(boundary_wh)))

    def limit_left_ms(self, limit_minor: int, most_w: int) -> "int | None":
        """Return after how long the price could exceed a limit, or None where it never does.

        A vehicle may draw all that the outlet has, `most_w`, before the next reading, and a register in steps
        hides up to one, and what flowed since it was refreshed. Looking ahead is dear: it is done again when
        half of the way or of the money is gone, when the power has risen, and in the last seconds.
        """
        if self.gross_minor() > limit_minor:
            return 0
        power_w = 0 if self._is_parking else max(self._power_w or 0, most_w)
        again_ms, looked_w, half_minor = self._looked
        is_near = self._limit_ms is not None and self._limit_ms - self.elapsed_ms < _NEAR_MS
        spent_minor = self.gross_minor()
        if self.elapsed_ms >= again_ms or power_w > looked_w or spent_minor > half_minor or is_near:
            from firmware.pricing import budget

            hidden_wh = self._step_wh - 1 - (-max(self._power_w or 0, 0) * REFRESH_MS // MS_IN_H)
            self._limit_ms = budget.limit(self._engine, limit_minor, most_w=most_w, hidden_wh=hidden_wh)[0]
            left_ms = _FAR_MS if self._limit_ms is None else self._limit_ms - self.elapsed_ms
            half_minor = (spent_minor + limit_minor) // 2
            self._looked = (self.elapsed_ms + left_ms // 2, power_w, half_minor)
        return None if self._limit_ms is None else self._limit_ms - self._elapsed_now_ms()

    def _elapsed_now_ms(self) -> int:
        return self.elapsed_ms + self._clock.elapsed_ms(self._ticks_ms)

    def _until_energy_ms(self, energy_wh: "int | None") -> "int | None":
        """Return after how long the session will have so much energy, None where nothing flows."""
        if energy_wh is None or not self._power_w or self._power_w < 0 or self._is_parking:
            return None
        since_reading_ms = (energy_wh - self.energy_wh()) * MS_IN_H // self._power_w
        return since_reading_ms - self._clock.elapsed_ms(self._ticks_ms)

    def _early(self, left_ms: "int | None") -> "int | None":
        """Return when to read for a boundary of energy: some time before, then more and more often."""
        return left_ms if left_ms is None else max(SOONEST_MS, left_ms - AHEAD_MS)

    def progress(self) -> "Document":
        """Return what a checkpoint has to keep."""
        told = {"elapsed_ms": self.elapsed_ms, "wh": self.last_wh, "engine": self._engine.state()}
        told["utc_s"] = self.at_utc_s
        if self.pauses:
            told["pauses"] = self.pauses
        return told

    def restore(self, progress: "Document | None") -> None:
        """Go on from a checkpoint, or from the start where none was written."""
        if progress is None:
            self._engine.add(0, 0)
            return
        self._engine = self._begun(progress["engine"])
        self.elapsed_ms = progress["elapsed_ms"]
        self.at_utc_s = progress.get("utc_s")
        for pause in progress.get("pauses", ()):
            self.pauses.append(pause)
            self._pause(pause)
        self.last_wh = progress["wh"]


def _sooner(one: "int | None", other: "int | None") -> "int | None":
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
