"""Measures on MicroPython what a tariff with its engine holds, and what a live update leaves as garbage.

It does not know bounds. It prints bytes: `held N`, then for each update of two days `update N`.
"""

import gc

import firmware.floors  # noqa: F401 -- modules are loaded bottom-up for interpreters with a shallow stack
from firmware.crypto import jsontext
from firmware.pricing import calendar, engine, tariff
from tools.benchmarks import pricing_tariff

HELD_ELEMENTS, UPDATED_ELEMENTS = 50, 20
MINUTES = 1440


def held() -> None:
    """Print what a tariff and an engine that has priced a day hold, without the tariff's document."""
    zone = calendar.Zone(pricing_tariff.ZONE)
    # What is loaded when first needed lies in flash on a board, and is here before anything is measured.
    _session(1, zone).bill()
    gc.collect()
    before = _allocated()
    session = _session(HELD_ELEMENTS, zone)
    for minute in range(MINUTES):
        _update(session, minute)
    gc.collect()
    print("held", _allocated() - before)


def updates(zone: str) -> None:
    """Print what each update of a day allocates; nothing is collected in between."""
    session = _session(UPDATED_ELEMENTS, calendar.Zone(zone))
    sizes = [0] * MINUTES
    for minute in range(MINUTES):
        gc.collect()
        gc.disable()
        before = _allocated()
        _update(session, minute)
        sizes[minute] = _allocated() - before
        gc.enable()
    for size in sizes:
        print("update", size)


def _allocated() -> int:
    return gc.mem_alloc()  # type: ignore[attr-defined, no-any-return]


def _session(elements: int, zone: calendar.Zone) -> engine.Engine:
    document = jsontext.parse(pricing_tariff.written(elements))
    return engine.Engine(tariff.parse(document), zone, pricing_tariff.START_UTC_S)


def _update(session: engine.Engine, minute: int) -> None:
    session.add(minute * 60000, minute * 150, 9000, 13000)
    session.gross_minor()


if __name__ == "__main__":
    held()
    updates(pricing_tariff.ZONE)
    updates(pricing_tariff.CHANGING_ZONE)
