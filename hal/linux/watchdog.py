"""The watchdog of the Linux board: systemd's, where it started the terminal.

It does not know how long systemd waits, but by its word (sd_watchdog_enabled(3)); the unit says that
(`WatchdogSec=`, with `Type=notify`).
"""

import os
import socket


class Watchdog:
    """Tells systemd that the terminal is ready, and then that it lives; without systemd nobody is told."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None
        told_us = os.environ.get("WATCHDOG_USEC", "")
        self._bite_ms = int(told_us) // 1000 if self._address and told_us.isdigit() else 0

    def pace_ms(self) -> int | None:
        """Return half of the time that systemd waits, as it recommends; None where it does not."""
        return max(1, self._bite_ms // 2) if self._bite_ms else None

    def feed(self) -> None:
        """Say that the terminal lives."""
        if not self._address:
            return
        try:
            self._send()
        except OSError:
            # A lost message is bad weather: the next one says the same, and systemd decides.
            self._socket = None

    def _send(self) -> None:
        message = b"WATCHDOG=1"
        if self._socket is None:
            path = "\0" + self._address[1:] if self._address.startswith("@") else self._address
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self._socket.connect(path)
            message = b"READY=1\n" + message
        self._socket.send(message)
