"""The watchdog of the Linux board: systemd's, where it started the terminal.

It does not know how long systemd waits; the unit says that (`WatchdogSec=`, with `Type=notify`).
"""

import os
import socket


class Watchdog:
    """Tells systemd that the terminal is ready, and then that it lives; without systemd nobody is told."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None

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
