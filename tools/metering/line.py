"""A meter on its line as the technician's commands use it: opened, asked, asked again, and read.

It does not know commands, nor how anything is shown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from firmware.crypto import jsontext
from firmware.errors import CryptoError, MeteringError, MeterMapError, MeterRefused, MeterSilent
from firmware.metering import maps, modbus, model_file, models, refusals, registers, signed
from firmware.metering.models import Model, Reading
from hal.common.tcp_bus import SCHEME
from hal.linux.meter_bus import open_meter_bus
from tools import inputs

PAUSE_S = 0.2
# As many as are parsed.
MOST_BYTES = 1_000_000
# Illegal function and illegal data address: what a meter with another map says.
NOT_THERE = (1, 2)
# The read of the register, its type, and what it says.
Probe = tuple[tuple[int, int, int], str, str]


class PortFailed(MeteringError):
    """The port itself is gone, or nobody is at the address: no meter said anything."""


class Bus(Protocol):
    """The line's one master."""

    received: int

    def transact(self, request: bytes, answer: bytearray, timeout_ms: int) -> Awaitable[None]: ...


@dataclass
class Settings:
    """How the line is spoken on."""

    port: str
    unit: int = 1
    baud: int = 9600
    parity: str = "N"
    idle_ms: int = 20
    timeout_ms: int = 500
    tries: int = 3


@dataclass
class Line:
    """One meter at a port; `watch(direction, bytes)` sees what passes."""

    settings: Settings
    watch: Callable[[str, bytes | bytearray], None] = lambda direction, content: None
    bus: Bus | None = field(default=None, repr=False)

    async def ask(self, read: "tuple[int, int, int]", tries: int | None = None) -> bytes:
        """Return the registers of a read; silence and damage are asked again. Raises MeteringError."""
        settings = self.settings
        function, address, count = read
        request = modbus.read_request(settings.unit, function, address, count)
        size = modbus.response_size(function, count)
        for left in reversed(range(settings.tries if tries is None else tries)):
            self.watch(">", request)
            answer = await self._transact(request, size)
            self.watch("<", answer)
            try:
                return bytes(modbus.parse_response(settings.unit, function, count, answer, address))
            except MeterSilent:
                if not left:
                    raise
                await asyncio.sleep(PAUSE_S)
        raise MeterSilent("the meter was not asked at all; give at least one try")

    async def _transact(self, request: bytes, size: int) -> bytes | bytearray:
        settings = self.settings
        try:
            bus, answer = self._opened(), bytearray(size)
            await bus.transact(request, answer, settings.timeout_ms)
            return answer[: bus.received]
        except OSError as error:
            told = error.strerror or str(error)
            mend = (
                "check the address, and that Modbus TCP is switched on there"
                if settings.port.startswith(SCHEME)
                else "check that its adapter is still plugged in"
            )
            raise PortFailed(f"port {settings.port}: {told}; {mend}") from error

    async def _ask_as(self, model: Model, read: "tuple[int, int, int]") -> bytes:
        """Return the registers of a read of a model's map; a meter that has none of them is another one."""
        try:
            return await self.ask(read)
        except MeterRefused as error:
            if not refused_with(error, NOT_THERE):
                raise
            mend = (
                "look with: kilotap meter scan"
                if maps.part(model.name)
                else "check the addresses in its map, and let it span no unused registers (widest_gap 0)"
            )
            told = f"{error}; unit {self.settings.unit} is there and may be no {model.name}: {mend}"
            raise MeterRefused(told) from error

    async def reading(self, model: Model) -> Reading:
        """Return what the meter says now. Raises MeteringError."""
        return models.decode(model, [await self._ask_as(model, read) for read in model.plan])

    async def serial(self, model: Model) -> str | None:
        """Return the meter's serial number, None where it gives none."""
        if model.serial_plan is None:
            return None
        try:
            block = await self._ask_as(model, model.serial_plan)
        except MeterRefused as error:
            is_answer = refusals.trouble(str(error), None) == refusals.MODEL
            if model.serial_type != models.MAYBE or not is_answer:
                raise
            return None
        return models.decode_serial(model, block)

    async def check_model(self, model: Model) -> str | None:
        """Raise MeteringError where the meter says that it is another model that is known.

        One that says nothing is believed; what one says that is not known is returned as a warning.
        """
        if model.probe is None:
            await self._check_phases(model)
            return None
        try:
            told = await self.told(model.probe)
        except MeterRefused:
            return None
        if says_so(model.probe, told) or told in ("", "0"):
            return None
        for name in maps.names():
            other = models.find(name)
            if other.probe and other.probe[0] == model.probe[0] and says_so(other.probe, told):
                raise MeteringError(
                    f"unit {self.settings.unit} says that it is {told!r}, as a {name} does and no "
                    f"{model.name}; look with: kilotap meter scan"
                )
        return (
            f"unit {self.settings.unit} says that it is {told!r}, which no known {model.name} does; "
            "do not trust its values before: kilotap meter scan"
        )

    async def _check_phases(self, model: Model) -> None:
        """Refuse a meter of three phases that is taken for one with the same register of energy and fewer."""
        for name in maps.names() if maps.part(model.name) else ():
            other = models.find(name)
            if other.probe or other.phases <= model.phases or _energy_at(other) != _energy_at(model):
                continue
            try:
                reading = await self.reading(other)
            except MeteringError:
                continue
            if all(reading.voltage_mv):
                raise MeteringError(
                    f"unit {self.settings.unit} has voltage on {other.phases} phases, as a {name} does and "
                    f"no {model.name}; look with: kilotap meter scan"
                )

    async def key(self, model: Model) -> str | None:
        """Return the key of a meter that signs (SubjectPublicKeyInfo, hexadecimal), None of another."""
        if model.name not in signed.PROTOCOLS:
            return None
        protocol: Any = signed.PROTOCOLS[model.name]()
        dialogue = protocol.key()
        block = None
        try:
            while True:
                _read, function, address, count = dialogue.send(block)
                block = await self.ask((function, address, count))
        except StopIteration as ended:
            return bytes(ended.value).hex()

    async def told(self, probe: Probe) -> str:
        """Return what a register says that tells models apart."""
        read, kind, _expected = probe
        block = await self.ask(read)
        if kind.startswith("text"):
            return registers.text(block, 0, read[2])
        return str(registers.unsigned(block, 0, read[2], False))

    def _opened(self) -> Bus:
        if self.bus is None:
            s = self.settings
            self.bus = open_meter_bus(s.port, s.baud, s.parity, s.idle_ms)
        return self.bus


def _energy_at(model: Model) -> tuple[int, int]:
    """Return function and address of the register of a model's energy."""
    block, offset = next(row[1:3] for row in model.quantities if row[0] == models.ENERGY)
    return model.plan[block][0], model.plan[block][1] + offset // 2


def refused_with(error: MeterRefused, codes: tuple[int, ...]) -> bool:
    """Return whether a meter's exception is one of these."""
    return any(f"exception {code}," in str(error) for code in codes)


def says_so(probe: Probe, told: str) -> bool:
    """Return whether what a meter told of itself is that of the model with this probe."""
    _read, kind, expected = probe
    if kind.startswith("text"):
        return told.startswith(tuple(expected.split("/")))
    lowest, _, highest = expected.partition("-")
    return told.isdigit() and int(lowest) <= int(told) <= int(highest or lowest)


def find_model(name: str) -> Model:
    """Return a built-in model, or that of a JSON file. Raises MeteringError."""
    text = map_text(name)
    return models.find(maps.names(text)[0] if name.endswith(".json") else name, text)


def map_text(name: str) -> str:
    """Return the map of a built-in model, or of a JSON file, in the form of maps.py. Raises MeteringError."""
    if not name.endswith(".json"):
        if Path(name).is_file() or "/" in name:
            raise MeteringError(f"{name}: a register map of your own is a file whose name ends in .json")
        models.find(name)
        return maps.part(name) or ""
    try:
        content = inputs.read(name, MOST_BYTES)
    except OSError as error:
        raise MeteringError(f"{name} cannot be read: {error.strerror}; name a readable file") from error
    try:
        return model_file.text(jsontext.parse(content))
    except CryptoError as error:
        raise MeteringError(f"{name}: {error}") from error
    except MeterMapError as error:
        raise MeterMapError([f"{name}: {problem}" for problem in error.problems]) from error


def document_of(model: Model, serial: str | None, reading: Reading) -> dict:
    """Return a reading as the commands print it; null is what the meter does not give."""
    return {
        "model": model.name,
        "serial": serial,
        "energy_wh": reading.energy_wh,
        "resolution_wh": reading.resolution_wh,
        "power_w": reading.power_w,
        "voltage_mv": list(reading.voltage_mv) or None,
        "current_ma": list(reading.current_ma) or None,
        "frequency_mhz": reading.frequency_mhz,
    }
