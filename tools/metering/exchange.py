"""The exchange of a meter: both registers into the ledger, by the terminal's own key, while it is stopped.

It does not know who is asked what; what is missing is told in one sentence.
"""

from typing import Any

from firmware.errors import MeteringError, TerminalError
from firmware.metering import models
from tools.metering.line import Line, Settings, document_of
from tools.stopped import Stopped


class Exchange:
    """What is known of the meter before; then `read` the new one, and `write` the record."""

    def __init__(self, config: Any) -> None:
        """Open ledger and key of a terminal that does not run. Raises BoardError, TerminalError."""
        self._config = config
        terminal = Stopped(config)
        known = terminal.memory.known
        if known["open"]:
            raise TerminalError("a session is open; start the terminal, let it end, and stop it again")
        self._recorder = terminal.recorder
        self.old_serial: str | None = known["meter_serial"]
        self.old_wh: int | None = known["last_wh"]

    async def read(self) -> dict:
        """Return what the meter says that is there now. Raises MeteringError."""
        config = self._config
        settings = Settings(config.meter_port, config.meter_unit, config.meter_baud, config.meter_parity)
        settings.idle_ms, settings.timeout_ms = config.meter_idle_ms, config.meter_timeout_ms
        line = Line(settings)
        model = models.find(config.meter_model, config.meter_map or None)
        await line.check_model(model)
        now = document_of(model, await line.serial(model), await line.reading(model))
        self._refuse_unchanged(now)
        return now

    def _refuse_unchanged(self, now: dict) -> None:
        """Refuse a meter that goes on where it was: its own register is what the next driver begins at.

        One that shows less was reset; one that the terminal does not believe stands as a fault in the ledger.
        """
        is_same = now["serial"] is not None and now["serial"] == self.old_serial
        goes_on = self.old_wh is not None and now["energy_wh"] >= self.old_wh
        if is_same and goes_on and "meter" not in self._recorder.known["faults"]:
            raise MeteringError(
                f"the meter {now['serial']} is still the one of before, and goes on from {self.old_wh} Wh at "
                f"{now['energy_wh']} Wh; exchange it first, or leave the ledger as it is"
            )

    async def write(self, now: dict, old_wh: int | None) -> dict:
        """Write `meter.replaced` and return its payload.

        Raises MeteringError for an old register below the ledger's, StorageRefused.
        """
        if self.old_wh is not None and old_wh is not None and old_wh < self.old_wh:
            raise MeteringError(
                f"the old meter's last register: {old_wh} Wh is less than the {self.old_wh} Wh that the "
                "ledger has of it; read its display again, or take the ledger's"
            )
        before = {"serial": self.old_serial, "wh": old_wh}
        after = {"model": now["model"], "serial": now["serial"] or "", "wh": now["energy_wh"]}
        payload: dict = await self._recorder.record("meter.replaced", {"before": before, "meter": after})
        return payload
