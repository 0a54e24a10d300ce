"""The charger's end of the terminal's panel: one TCP connection on loopback, one JSON object a line each way.

It does not know what the lines bring about.

Terminal to charger: {"hello": {"pid": n}}, {"screen": {…}}, {"signal": kind}, {"contactor": bool}.
Charger to terminal: {"plug": "A".."F"}, {"contactor": bool}, {"button": name}, {"clock": "unset"},
{"clock_step_s": n}, {"cut_at_write": n}, {"storage_free_bytes": n}.
"""

import contextlib
import json
import select
import socket
import threading
from collections.abc import Callable

CHUNK_BYTES = 65536


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
        # One thread at a time reads and takes; it may come back here from what it takes.
        self._reading = threading.RLock()
        self._rest = b""
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

    def pump(self) -> None:
        """Take at once what the terminal has already said, before whatever the caller is about to do."""
        with self._reading:
            while self._terminal is not None and select.select([self._terminal], [], [], 0)[0]:
                if not self._read_once(self._terminal):
                    return

    def _accept(self) -> None:
        while True:
            try:
                terminal, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            terminal.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._reading:
                self._adopt(terminal)
                self._rest = b""
            for message in self._greet():
                self.send(message)
            threading.Thread(target=self._listen, args=(terminal,), name="panel line", daemon=True).start()

    def _adopt(self, terminal: socket.socket | None) -> None:
        with self._guard:
            before, self._terminal = self._terminal, terminal
        if before is not None:
            with contextlib.suppress(OSError):  # The other side may have ended it already.
                before.shutdown(socket.SHUT_RDWR)
            before.close()

    def _listen(self, terminal: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):  # Closed here, while this thread waits for it.
            while self._terminal is terminal:
                select.select([terminal], [], [])
                self.pump()

    def _read_once(self, terminal: socket.socket) -> bool:
        """Read what is there and take its whole lines; return whether the terminal is still there."""
        try:
            received = terminal.recv(CHUNK_BYTES)
        except OSError:
            received = b""
        if not received:
            self._adopt(None)
            self._lost()
            return False
        # What follows the last newline is not whole yet, or never will be: its terminal may lose its power.
        *lines, self._rest = (self._rest + received).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return True
