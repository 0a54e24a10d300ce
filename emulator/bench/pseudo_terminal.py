"""A serial line between two programs: a path for the one, bytes in and out here for the other.

It does not know who speaks on it.
"""

import asyncio
import contextlib
import os
import pty
import termios
import tty
from collections.abc import Callable

READ_SIZE = 4096
SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class PseudoTerminal:
    """A raw pseudo-terminal; `path` is what the other program opens, closes and opens again as it likes."""

    def __init__(self) -> None:
        # The far end stays open here too: else the line would hang up whenever the other program closes it.
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.path = os.ttyname(self._far)
        self.watch: Callable[[str, bytes], None] = lambda direction, content: None

    def speed(self) -> int:
        """Return how many baud the other program set; a pseudo-terminal knows no parity."""
        ospeed = termios.tcgetattr(self._far)[5]
        return next(baud for baud in SPEEDS if getattr(termios, f"B{baud}") == ospeed)

    def listen(self, heard: Callable[[bytes], None]) -> None:
        """Hand over whatever the other program sends, in the running event loop."""
        asyncio.get_running_loop().add_reader(self._near, lambda: self._hear(heard))

    def send(self, content: bytes) -> None:
        """Send bytes; those for which nobody has room are lost, as on a wire."""
        if content:
            self.watch("<", content)
        with contextlib.suppress(BlockingIOError):
            os.write(self._near, content)

    def _hear(self, heard: Callable[[bytes], None]) -> None:
        content = os.read(self._near, READ_SIZE)
        self.watch(">", content)
        heard(content)

    def close(self) -> None:
        """End the line."""
        asyncio.get_running_loop().remove_reader(self._near)
        os.close(self._near)
        os.close(self._far)
