"""Looks for meters on a line: which speed, parity and unit answer, and which model it may be.

It does not know what is shown meanwhile: each step is told.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from firmware.errors import MeteringError, MeterRefused, MeterSilent
from firmware.metering import maps, models
from tools.metering.line import Line, PortFailed, Settings, document_of, refused_with, says_so

# Whoever is there answers one of these, be it that it has no such register.
PROBES = ((4, 0x0000, 2), (3, 0x0000, 2))
# What a map has to say to be believed where no register tells the model: a mains voltage and its frequency.
VOLTAGES_MV = range(80_000, 300_000)
FREQUENCIES_MHZ = range(45_000, 66_000)
# Gateway path unavailable, and target failed to respond.
NOBODY = (10, 11)


def places(settings: Settings, bauds: list[int], parities: list[str], units: range) -> Iterator[Settings]:
    """Yield every way in which a meter may be on the line; a network knows neither speed nor parity."""
    if settings.port.startswith("tcp://"):
        bauds, parities = bauds[:1], parities[:1]
    for baud, parity, unit in itertools.product(bauds, parities, units):
        yield replace(settings, baud=baud, parity=parity, unit=unit, tries=1)


async def look(lines: list[Line], step: Callable[[], None]) -> list[dict[str, Any]]:
    """Return what answers; `step` is called after each place. Raises PortFailed."""
    found = []
    for line in lines:
        if await _answers(line):
            found.append(await _described(line))
        step()
    return found


async def _answers(line: Line) -> bool:
    for probe in PROBES:
        try:
            await line.ask(probe)
            return True
        except MeterRefused as error:
            # A gateway answers for whoever is not there.
            return not refused_with(error, NOBODY)
        except MeterSilent:
            continue
        except PortFailed:
            raise
        except MeteringError:
            # Another unit, or another master: nobody is at home here.
            continue
    return False


async def _described(line: Line) -> dict[str, Any]:
    line.settings.tries = 2
    place = {"baud": line.settings.baud, "parity": line.settings.parity, "unit": line.settings.unit}
    fits = await _fits(line)
    if not fits:
        return {**place, "models": [], "model": None}
    likeliest = _likeliest(fits)
    names = [name for found in likeliest for name in _alike(found["model"])]
    return {**place, "models": names, **likeliest[0]}


async def _fits(line: Line) -> list[dict[str, Any]]:
    """Return what the maps say that fit; after one whose phases all have a voltage no other is tried."""
    fits = []
    for model in await _candidates(line):
        try:
            reading = await line.reading(model)
            voltages = [voltage_mv for voltage_mv in reading.voltage_mv if voltage_mv]
            if not voltages or any(voltage_mv not in VOLTAGES_MV for voltage_mv in voltages):
                continue
            if reading.frequency_mhz not in FREQUENCIES_MHZ:
                continue
            fits.append(document_of(model, await line.serial(model), reading))
        except MeteringError:
            continue
        if model.probe or len(voltages) == len(reading.voltage_mv):
            break
    return fits


def _likeliest(fits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the map says that fits best, and what those say that fit no worse.

    Where a map of three phases finds voltage on some of them alone, it may be a meter of one phase, whose
    other registers are zero: of an Eastron the power of all phases tells it, as long as some flows.
    """
    first, last = fits[0], fits[-1]
    if first is last or not all(last["voltage_mv"]) or first["power_w"]:
        return [first]
    return [last] if last["power_w"] else [last, first]


def _alike(name: str) -> list[str]:
    """Return all models with the register map of one: which of them it is only its nameplate tells."""
    return maps.names(maps.part(name) or "")


async def _candidates(line: Line) -> list[models.Model]:
    """Return the models that it may be: those of which a register tells first, then all that have none.

    Of maps that fit alike those with more phases stand first: a meter of one phase refuses or shows none.
    """
    told: dict[tuple, str | None] = {}
    named: list[tuple[int, models.Model]] = []
    unnamed = []
    for name in maps.names():
        model = models.find(name)
        if model.probe is None:
            unnamed.append(model)
            continue
        place = model.probe[0]
        if place not in told:
            try:
                told[place] = await line.told(model.probe)
            except MeteringError:
                told[place] = None
        said = told[place]
        if said is not None and says_so(model.probe, said):
            named.append((len(model.probe[2]), model))
    # The longer the text that a model is known by, the surer.
    named.sort(key=lambda pair: -pair[0])
    unnamed.sort(key=lambda model: -model.phases)
    return [model for _, model in named] + unnamed
