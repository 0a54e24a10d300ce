"""Lines of a GPIO chip through libgpiod, the only way to them that newer Raspberry Pis have.

It does not know what hangs on them. A line is named `CHIP:OFFSET`, such as gpiochip0:17; a `!` before it says
that it is active low.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from firmware.errors import BoardError

MISSING = "the package gpiod is not installed; run: pip install 'kilotap[gpio]'"
FORM = "use CHIP:OFFSET such as gpiochip0:17, with ! before it where it is active low"


class Output:
    """A line that is set; inactive until it is, and again when the process ends on most chips."""

    def __init__(self, setting: str, name: str) -> None:
        """Take the line that a setting names. Raises BoardError."""
        gpiod = _gpiod(setting)
        chip, self._offset, is_low = parse(setting, name)
        self._values = (gpiod.line.Value.INACTIVE, gpiod.line.Value.ACTIVE)
        settings = gpiod.LineSettings(
            direction=gpiod.line.Direction.OUTPUT, active_low=is_low, output_value=self._values[0]
        )
        self._request = _request(gpiod, setting, chip, {self._offset: settings})

    def set(self, is_active: bool) -> None:
        """Set the line."""
        self._request.set_value(self._offset, self._values[is_active])


class Inputs:
    """Lines of one chip that are read, and waited for."""

    def __init__(self, setting: str, names: Sequence[str]) -> None:
        """Take the lines that a setting names. Raises BoardError."""
        gpiod = _gpiod(setting)
        lines = [parse(setting, name) for name in names]
        if len({chip for chip, _, _ in lines}) != 1:
            raise BoardError(f"{setting}: the lines are on several chips; wire them to one")
        self._active = gpiod.line.Value.ACTIVE
        self._offsets = [offset for _, offset, _ in lines]
        both = {"direction": gpiod.line.Direction.INPUT, "edge_detection": gpiod.line.Edge.BOTH}
        config = {offset: gpiod.LineSettings(active_low=is_low, **both) for _, offset, is_low in lines}
        self._request = _request(gpiod, setting, lines[0][0], config)

    def read(self) -> list[bool]:
        """Return which lines are active, in the order of their names."""
        return [value is self._active for value in self._request.get_values(self._offsets)]

    async def wait_edge(self) -> None:
        """Wait until one of the lines changed."""
        loop = asyncio.get_running_loop()
        changed = loop.create_future()
        loop.add_reader(self._request.fd, _wake, changed)
        try:
            await changed
        finally:
            loop.remove_reader(self._request.fd)
        self._request.read_edge_events()


class Input:
    """One line that is read."""

    def __init__(self, setting: str, name: str) -> None:
        """Take the line that a setting names. Raises BoardError."""
        self._lines = Inputs(setting, [name])

    def is_active(self) -> bool:
        """Return whether the line is active."""
        return self._lines.read()[0]


def _wake(changed: "asyncio.Future[None]") -> None:
    if not changed.done():
        changed.set_result(None)


def parse(setting: str, name: str) -> tuple[str, int, bool]:
    """Return chip, offset and whether it is active low. Raises BoardError."""
    chip, _, offset = name.strip().removeprefix("!").rpartition(":")
    if not chip or not offset.isdigit():
        raise BoardError(f"{setting}: {name!r} names no line; {FORM}")
    return chip, int(offset), name.strip().startswith("!")


def _gpiod(setting: str) -> Any:
    try:
        import gpiod
        import gpiod.line
    except ImportError:
        raise BoardError(f"{setting}: {MISSING}")
    return gpiod


def _request(gpiod: Any, setting: str, chip: str, config: dict) -> Any:
    try:
        return gpiod.request_lines(f"/dev/{chip}", consumer="kilotap", config=config)
    except (OSError, ValueError) as error:
        raise BoardError(f"{setting}: {chip} does not give the line ({error}); look with gpioinfo")
