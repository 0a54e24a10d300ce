"""Shows a reading to a technician: phases side by side, and what is over the fuse or out of balance.

It does not know meters.
"""

from typing import Any

# A phase that differs by more than this from the mean of all is told, above a current that means anything.
IMBALANCE_PERCENT = 20
LEAST_MA = 2000


def lines(reading: dict[str, Any], fuse_a: int | None) -> list[str]:
    """Return a reading as a table."""
    step = f" (in steps of {reading['resolution_wh']} Wh)" if reading["resolution_wh"] > 1 else ""
    shown = [
        f"{reading['model']}, number {reading['serial'] or 'not given'}",
        f"energy     {_thousandths(reading['energy_wh'])} kWh{step}",
        f"power      {'not given' if reading['power_w'] is None else str(reading['power_w']) + ' W'}",
        f"frequency  {_given(reading['frequency_mhz'], 'Hz')}",
    ]
    voltages, currents = reading["voltage_mv"] or [], reading["current_ma"] or []
    for phase in range(max(len(voltages), len(currents))):
        voltage = _given(voltages[phase] if phase < len(voltages) else None, "V")
        current = _given(currents[phase] if phase < len(currents) else None, "A")
        shown.append(f"L{phase + 1}         {voltage:>12}{current:>12}")
    return shown + dead_phases(voltages) + warnings(currents, fuse_a)


def dead_phases(voltages_mv: list[int | None]) -> list[str]:
    """Return what a technician has to know of phases without voltage, where others have one."""
    dead = [f"L{phase}" for phase, voltage_mv in enumerate(voltages_mv, 1) if voltage_mv == 0]
    if not dead or not any(voltages_mv):
        return []
    return [f"no voltage on {' and '.join(dead)}: look at its wires; of a meter of one phase name its model"]


def warnings(currents_ma: list[int | None], fuse_a: int | None) -> list[str]:
    """Return what a technician has to know of the currents."""
    told = []
    # What flows back loads a phase as well.
    known = [abs(current_ma) for current_ma in currents_ma if current_ma is not None]
    for phase, current_ma in enumerate(currents_ma, 1):
        if fuse_a is not None and current_ma is not None and abs(current_ma) > 1000 * fuse_a:
            told.append(f"L{phase} is over its fuse: {_thousandths(current_ma)} of {fuse_a} A")
    if len(known) == len(currents_ma) > 1 and max(known) >= LEAST_MA:
        mean = sum(known) / len(known)
        worst = max(abs(current_ma - mean) for current_ma in known) * 100 / mean if mean > 0 else 0
        if worst > IMBALANCE_PERCENT:
            told.append(f"the phases are out of balance by {worst:.0f} % of their mean")
    return told


def short(reading: dict[str, Any]) -> str:
    """Return a reading in one line."""
    power = "" if reading["power_w"] is None else f"  {reading['power_w']} W"
    return f"{_thousandths(reading['energy_wh'])} kWh{power}"


def _thousandths(number: int) -> str:
    sign, number = ("-" if number < 0 else ""), abs(number)
    return f"{sign}{number // 1000}.{number % 1000:03d}"


def _given(number: int | None, unit: str) -> str:
    return "not given" if number is None else f"{_thousandths(number)} {unit}"
