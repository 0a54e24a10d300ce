"""A serial port of the emulated charger, a pseudo-terminal or a real one, on either interpreter.

It does not know what the bytes mean. A port that went away is opened again at the next use.
"""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from hal.linux.serial_port import SerialPort
else:
    import os
    import termios

    import ffi

    from firmware.errors import BoardError
    from hal.bench import posix
    from hal.common.stream_port import StreamPort

    # <asm-generic/termbits.h>: MicroPython names only two of the speeds.
    SPEEDS = {
        1200: 0o11,
        2400: 0o13,
        4800: 0o14,
        9600: 0o15,
        19200: 0o16,
        38400: 0o17,
        57600: 0o10001,
        115200: 0o10002,
    }
    CS8_CREAD_CLOCAL = 0o60 | 0o200 | 0o4000
    PARITIES = {"N": 0, "E": 0o400, "O": 0o400 | 0o1000}
    F_GETFL, F_SETFL, O_NONBLOCK = 3, 4, 0o4000
    LOCK_EX_NB = 2 | 4

    class SerialPort:
        """The port of `hal.common.rtu_bus`, for one task at a time."""

        def __init__(self, path, baud, parity="N"):
            self._path, self._baud, self._parity = path, baud, parity
            self._file = None
            self._port = None
            try:
                self._opened()
            except OSError as error:
                raise BoardError(
                    "port %s: it cannot be opened for us alone (%s); check its name" % (path, error)
                )

        def read_now(self):
            """Return what has come in. Raises OSError when the port is gone."""
            try:
                return self._opened().read_now()
            except OSError:
                self._close()
                raise

        def fill(self, content, begin):
            """Put what has come in from `begin` on, as far as there is room; return where it ends."""
            try:
                return self._opened().fill(content, begin)
            except OSError:
                self._close()
                raise

        def wait(self, wanted, timeout_ms):
            """Wait until it is time to look again. Raises OSError when the port is gone."""
            return self._opened().wait(wanted, timeout_ms)

        async def read(self, limit, timeout_ms):
            """Wait and return what has come in, at most `limit` bytes; empty when the time passed."""
            try:
                return await self._opened().read(limit, timeout_ms)
            except OSError:
                self._close()
                raise

        def write(self, content):
            """Send. Raises OSError when the port is gone."""
            try:
                self._opened().write(content)
            except OSError:
                self._close()
                raise

        def _opened(self):
            if self._port is None:
                self._file = open(self._path, "r+b")
                try:
                    _set_up(self._file.fileno(), self._baud, self._parity)
                except OSError:
                    # A pseudo-terminal has no parity, and the C library says so where nothing else changes.
                    if self._parity == "N" or not self._path.startswith("/dev/pts/"):
                        raise
                    _set_up(self._file.fileno(), self._baud, "N")
                self._port = StreamPort(self._file)
            return self._port

        def _close(self):
            if self._file is not None:
                self._file.close()
            self._file = self._port = None

    def _set_up(fd, baud, parity):
        posix.flock(fd, LOCK_EX_NB)
        termios.setraw(fd)
        modes = termios.tcgetattr(fd)
        modes[2] = CS8_CREAD_CLOCAL | PARITIES[parity]
        modes[4] = modes[5] = SPEEDS[baud]
        termios.tcsetattr(fd, termios.TCSANOW, modes)
        fcntl = ffi.open(None).func("i", "fcntl", "iii")
        if fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK) < 0:
            raise OSError(os.errno(), "O_NONBLOCK")


__all__ = ["SerialPort"]
