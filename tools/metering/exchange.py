"""The exchange of a meter: both registers into the ledger, by the terminal's own key, while it is stopped.

It does not know who is asked what; what is missing is told in one sentence. The record is the exchange: both
registers stand in the ledger or neither, and a run after a power cut finds what the one before had written.
"""

import asyncio
import hashlib
from typing import Any

from firmware.errors import MeteringError, TerminalError
from firmware.metering import models, plausible
from tools.metering.line import Line, Settings, document_of
from tools.stopped import Stopped

# A meter refreshes its register about once a second: two readings so far apart are two.
PAUSE_MS = 1000


class Exchange:
    """What is known of the meter before; then `read` the new one, and `write` the record."""

    def __init__(self, config: Any) -> None:
        """Open ledger and key of a terminal that does not run. Raises BoardError, TerminalError."""
        self._config = config
        self._terminal = terminal = Stopped(config)
        known = terminal.memory.known
        if known["open"]:
            raise TerminalError(
                f"the session {known['open']['session']} is open; start the terminal, with the old meter or "
                "the new one: it ends at the old one's last register that was read. Then stop it, and run "
                "this again"
            )
        self._faults: list[str] = known["faults"]
        self.old_serial: str | None = known["meter_serial"]
        self.old_wh: int | None = known["last_wh"]

    async def read(self) -> tuple[dict, str | None]:
        """Return what the meter says that is there now, and a warning where it may be of another model.

        Raises MeteringError, also where a second reading cannot follow the first.
        """
        config = self._config
        settings = Settings(config.meter_port, config.meter_unit, config.meter_baud, config.meter_parity)
        settings.idle_ms, settings.timeout_ms = config.meter_idle_ms, config.meter_timeout_ms
        line = Line(settings)
        model = models.find(config.meter_model, config.meter_map or None)
        warning = await line.check_model(model)
        first = await line.reading(model)
        await asyncio.sleep(PAUSE_MS / 1000)
        second = await line.reading(model)
        most_w = plausible.most_w(config.max_power_w, config.fuse_a, model.phases, model.max_a)
        why = plausible.judge(first.energy_wh, PAUSE_MS, second.energy_wh, most_w, second.resolution_wh)
        if why:
            raise MeteringError(
                f"two readings of the meter within a second: {first.energy_wh} and {second.energy_wh} Wh, "
                f"{why}; check register map and wiring"
            )
        now = document_of(model, await line.serial(model), second)
        key = None if config.meter_map else await line.key(model)
        if key:
            now["key"] = key
            self._check_key(key)
        return now, warning

    def _check_key(self, key: str) -> None:
        """Refuse a meter that signs with another key than the settings name."""
        told = hashlib.sha256(bytes.fromhex(key)).hexdigest()
        if self._config.meter_key and self._config.meter_key.lower() not in (key, told):
            raise MeteringError(
                f"the meter signs with another key than meter_key names, SHA-256 {told}; hold it against its "
                "nameplate, and put that key into the configuration"
            )

    def written(self, now: dict, old_wh: int | None) -> dict | None:
        """Return the record of this very exchange where it is the ledger's newest, as after a cut.

        Raises MeteringError where it says another last register of the old meter than is told now.
        """
        newest = self._terminal.newest()
        if newest is None or newest["kind"] != "meter.replaced" or not _is_shown(newest["meter"], now):
            return None
        before_wh = newest["before"]["wh"]
        if old_wh not in (None, before_wh):
            raise MeteringError(
                f"record {newest['seq']} has this exchange already, with {before_wh} Wh as the old meter's "
                f"last register and not {old_wh} Wh; a record is never changed: tell the office"
            )
        return newest

    def check(self, now: dict) -> None:
        """Refuse a meter that goes on where it was: its own register is what the next driver begins at.

        One that shows less was reset; one that the terminal does not believe stands as a fault in the ledger.
        """
        is_same = now["serial"] is not None and now["serial"] == self.old_serial
        goes_on = self.old_wh is not None and now["energy_wh"] >= self.old_wh
        if is_same and goes_on and "meter" not in self._faults:
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
        if "key" in now:
            after["key"] = now["key"]
        return await self._terminal.record("meter.replaced", {"before": before, "meter": after})


def _is_shown(written: dict, now: dict) -> bool:
    """Return whether a meter that was written down is the one that answers now.

    One without a number is known by its register alone, which stands still while the terminal is stopped.
    """
    if (written["model"], written["serial"]) != (now["model"], now["serial"] or ""):
        return False
    grown_wh: int = now["energy_wh"] - written["wh"]
    return grown_wh >= 0 if written["serial"] else grown_wh == 0
