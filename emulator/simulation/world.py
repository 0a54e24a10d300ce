"""The world of one outlet: mains, contactor, vehicle and meter, brought up to date whenever somebody looks at
it.

It does not know the terminal; it is commanded like the real thing, and its contactor can weld or stick.
"""


class World:
    """Contactor, vehicle and meter in virtual time; energy is counted exactly, to the millisecond."""

    def __init__(self, kernel, meter, vehicle, unit: int, on_close):
        self._kernel = kernel
        self._meter = meter
        self._vehicle = vehicle
        self._unit = unit
        self._on_close = on_close
        self._since_ms = kernel.now_ms
        self._commanded = False
        self._fault = "none"
        # How long contacts and auxiliary contact lag behind a command.
        self.contactor_lag_ms = 0
        self.contactor_closed = False
        self.pilot_changed = kernel.event()
        self._load_changed = kernel.event()
        kernel.spawn(self._watch_battery())

    def sync(self) -> None:
        """Let vehicle and meter live through the time since they were last looked at."""
        duration_ms = self._kernel.now_ms - self._since_ms
        self._since_ms = self._kernel.now_ms
        for stretch_ms, power_w in self._vehicle.draw(duration_ms, self.contactor_closed):
            self._meter.advance(stretch_ms, power_w)

    def shown_wh(self) -> int:
        """Return what the meter's register shows now."""
        self.sync()
        return self._meter.shown_wh()

    def ask_meter(self, request: bytes) -> bytes:
        """Return the meter's answer to a Modbus request, empty where it keeps silent."""
        self.sync()
        return self._meter.answer(request, self._unit)

    def meter_fault(self, fault: str) -> None:
        """Break or mend the meter and its line."""
        self._meter.fault = fault

    def power_failure(self) -> None:
        """Take the power from the meter as well: it comes back as the real one does."""
        self.sync()
        self._meter.power_failure()

    def meter_key(self) -> "bytes | None":
        """Return the key of a meter that signs (SubjectPublicKeyInfo), None of another."""
        return self._meter.signing.public_key() if self._meter.signing else None

    def exchange_meter(self, serial: str, register_wh: int) -> None:
        """Put another meter of the same model in the place of this one, as the model's `swap` says."""
        self.sync()
        self._meter.swap(serial, register_wh)

    def counted_wh(self, serial: str) -> "int | None":
        """Return what a meter has counted until now that is here or was, as the model's `counted_by` says."""
        self.sync()
        counted_wh: "int | None" = self._meter.counted_by(serial)
        return counted_wh

    def meter_serial(self) -> str:
        """Return the serial number of the meter that is there now."""
        return self._meter.serial

    def is_sound(self) -> bool:
        """Return whether neither the contactor nor the meter has a fault now."""
        return self._fault == "none" and self._meter.fault == "none"

    def lies(self) -> bool:
        """Return whether the meter's register tells what was not counted."""
        return self._meter.fault in ("backwards", "jump", "rollover")

    def command_contactor(self, is_closed: bool) -> None:
        """Do as the terminal commands, as far as the contactor can."""
        if is_closed:
            self._on_close()
        self._commanded = is_closed
        if self.contactor_lag_ms:
            self._kernel.spawn(self._settle_late())
        else:
            self._settle()

    def contactor_fault(self, fault: str) -> None:
        """Weld the contactor, make it stick, or mend it."""
        self._fault = fault
        self._settle()

    def is_commanded(self) -> bool:
        """Return whether the terminal wants power to flow."""
        return self._commanded

    def plug(self, is_plugged: bool) -> None:
        """Plug the vehicle in or out."""
        self.sync()
        self._vehicle.plugged = is_plugged
        self._announce()

    def vehicle_power(self, power_w: int) -> None:
        """Have the vehicle draw another power."""
        self.sync()
        self._vehicle.power_w = power_w
        self._announce()

    def pilot(self) -> str:
        """Return the IEC 61851-1 letter."""
        return self._vehicle.state()

    async def _settle_late(self):
        await self._kernel.sleep_ms(self.contactor_lag_ms)
        self._settle()

    def _settle(self):
        self.sync()
        if self._fault == "welded":
            self.contactor_closed = self.contactor_closed or self._commanded
        else:
            self.contactor_closed = self._commanded and self._fault == "none"
        self._announce()

    def _announce(self):
        """Tell that the pilot may have changed, and when the battery will be full."""
        self.pilot_changed.set()
        self._load_changed.set()

    async def _watch_battery(self):
        """Look again at the moment at which the battery is full: then the vehicle asks for no more power."""
        while True:
            self._load_changed.clear()
            full_ms = self._vehicle.until_full_ms() if self.contactor_closed else None
            if not await self._load_changed.wait_ms(full_ms):
                self.sync()
                self.pilot_changed.set()
