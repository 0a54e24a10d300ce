"""The charger's end of the terminal's panel: one TCP connection on loopback, one JSON object a line each way.

It does not know what the lines bring about.

Terminal to charger: {"hello": {"pid": n}}, {"screen": {…}}, {"signal": kind}, {"contactor": bool}.
Charger to terminal: {"plug": "A".."F"}, {"contactor": bool}, {"button": name}, {"clock": "unset"},
{"clock_step_s": n}, {"cut_at_write": n}, {"storage_free_bytes": n}.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable


class PanelSocket:
    """Listens on a free port; the newest connection is the terminal.

    `greet()` returns the messages for a terminal that has just connected; `take(message)` gets what it says;
    `lost()` is called when it is gone.
    """

    def __init__(
        self, greet: Callable[[], list[dict]], take: Callable[[dict], None], lost: Callable[[], None]
    ):
        self._greet = greet
        self._take = take
        self._lost = lost
        self._guard = threading.Lock()
        self._terminal: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="panel", daemon=True).start()

    def send(self, message: dict) -> None:
        """Send to the terminal; nothing happens while there is none."""
        with self._guard:
            if self._terminal is not None:
                with contextlib.suppress(OSError):  # It is gone; its reader says so.
                    self._terminal.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """End the connection and stop listening."""
        self._listener.close()
        self._adopt(None)

    def _accept(self) -> None:
        while True:
            try:
                terminal, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            terminal.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._adopt(terminal)
            for message in self._greet():
                self.send(message)
            threading.Thread(target=self._read, args=(terminal,), name="panel line", daemon=True).start()

    def _adopt(self, terminal: socket.socket | None) -> None:
        with self._guard:
            before, self._terminal = self._terminal, terminal
        if before is not None:
            with contextlib.suppress(OSError):  # The other side may have ended it already.
                before.shutdown(socket.SHUT_RDWR)
            before.close()

    def _read(self, terminal: socket.socket) -> None:
        with contextlib.suppress(OSError), terminal.makefile("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):  # A terminal without power may die in the middle of one.
                    self._take(json.loads(line))
        if self._terminal is terminal:
            self._adopt(None)
            self._lost()
