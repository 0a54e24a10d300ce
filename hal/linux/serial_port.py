"""A serial port of Linux: pyserial opens and sets it up, the event loop waits for its bytes.

It does not know what the bytes mean. A port that went away is opened again at the next use.
"""

import asyncio
import contextlib
import errno
import os
import termios

import serial

from firmware.errors import BoardError

READ_BYTES = 4096
MENDS = {
    errno.ENOENT: "there is no such device; plug the adapter in, or name another port (ls /dev/serial/by-id)",
    errno.EACCES: "no right to open it; run: usermod -aG dialout with the terminal's user",
    errno.EAGAIN: "another program uses it; end that one, for a serial line has one master",
    errno.EWOULDBLOCK: "another program uses it; end that one, for a serial line has one master",
    errno.EBUSY: "another program uses it; end that one, for a serial line has one master",
    errno.EISDIR: "it is a folder; name a serial port (ls /dev/serial/by-id)",
    errno.ENOTTY: "it is no serial port; name one (ls /dev/serial/by-id)",
}


# Linux, Documentation/admin-guide/devices.txt: Unix98 pseudo-terminals.
PSEUDO_TERMINALS = range(136, 144)


class SerialPort:
    """The port of `hal.common.rtu_bus`, for one task at a time."""

    def __init__(self, path: str, baud: int, parity: str = "N") -> None:
        self._path, self._baud, self._parity = path, baud, parity
        self._heard_by: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._heard = b""
        self._wanted = 0
        try:
            self._serial: serial.Serial | None = self._open()
        except (OSError, ValueError) as error:
            raise BoardError(f"port {path}: {self._mend(error)}")

    def read_now(self) -> bytes:
        """Return what has come in. Raises OSError when the port is gone."""
        return self._taken(READ_BYTES) + self._try_read()

    def fill(self, content: bytearray, begin: int) -> int:
        """Put what has come in from `begin` on, as far as there is room; return where it ends."""
        self._heard += self._try_read()
        taken = self._taken(len(content) - begin)
        content[begin : begin + len(taken)] = taken
        return begin + len(taken)

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""
        await self.wait(limit, timeout_ms)
        return self._taken(limit)

    async def wait(self, wanted: int, timeout_ms: int) -> None:
        """Wait until something came in, of which `wanted` bytes are all, or less; at most so long."""
        loop = asyncio.get_running_loop()
        if self._heard_by is not loop:
            self._heard += self._try_read()
            if not self._heard:
                loop.add_reader(self._fd(), self._hear)
                self._heard_by = loop
        if not self._heard:
            self._wanted = wanted
            self._waiter = waiter = loop.create_future()
            bell = loop.call_later(timeout_ms / 1000, self._wake)
            try:
                await waiter
            finally:
                self._waiter = None
                bell.cancel()

    def write(self, content: bytes) -> None:
        """Send. Raises OSError when the port is gone."""
        try:
            written = os.write(self._fd(), content)
        except OSError:
            self.close()
            raise
        if written != len(content):
            self.close()
            raise OSError(errno.EIO, f"{self._path} took {written} of {len(content)} bytes")

    def close(self) -> None:
        """Let others have the port; the next use opens it again."""
        self._turn_away()
        if self._serial is not None:
            with contextlib.suppress(OSError):
                self._serial.close()
            self._serial = None

    def _hear(self) -> None:
        """Take what came in; unless that is all, stop listening: each byte that follows would wake."""
        waiter = self._waiter
        try:
            self._heard += self._try_read()
        except OSError as error:
            if waiter is not None and not waiter.done():
                waiter.set_exception(error)
            return
        if waiter is None or len(self._heard) < self._wanted:
            self._turn_away()
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _taken(self, limit: int) -> bytes:
        taken, self._heard = self._heard[:limit], self._heard[limit:]
        return taken

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _turn_away(self) -> None:
        if self._heard_by is not None and self._serial is not None and not self._heard_by.is_closed():
            self._heard_by.remove_reader(self._serial.fileno())
        self._heard_by = None

    def _try_read(self) -> bytes:
        # pyserial sets VMIN 0: nothing there reads as empty, and so does a port unplugged, until a write.
        try:
            return os.read(self._fd(), READ_BYTES)
        except OSError:
            self.close()
            raise

    def _fd(self) -> int:
        if self._serial is None:
            self._serial = self._open()
        return self._serial.fileno()

    def _open(self) -> serial.Serial:
        try:
            return self._opened_with(self._parity)
        except termios.error as error:
            # A pseudo-terminal has no parity, and the C library says so where nothing else is to be changed.
            if not _is_pseudo_terminal(self._path):
                raise OSError(*error.args) from error
            return self._opened_with("N")

    def _opened_with(self, parity: str) -> serial.Serial:
        return serial.Serial(self._path, self._baud, parity=parity, timeout=0, exclusive=True)

    def _mend(self, error: Exception) -> str:
        number = getattr(error, "errno", None)
        if isinstance(error.__context__, termios.error):
            # pyserial tells its number in words alone.
            number = error.__context__.args[0]
        return (
            MENDS.get(number or 0) or f"{error}; check that it is a serial port that knows {self._baud} baud"
        )


def _is_pseudo_terminal(path: str) -> bool:
    return os.major(os.stat(path).st_rdev) in PSEUDO_TERMINALS
