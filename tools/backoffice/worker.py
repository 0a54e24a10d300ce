"""Hangs up on who takes too long to bring a request, for each holds one of the few threads meanwhile.

It does not know what is asked. gunicorn's own worker waits for the next byte as long as it takes.
"""

import logging
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

# To say by TLS and HTTP what is wanted takes a few hundred bytes each way.
HEAD_S = 20
# In silence a body is waited for so long; in all the request and its answer may take so long. A megabyte
# passes at 70 kbit/s, a terminal's batch at a tenth of that.
SILENCE_S = 20
REQUEST_S = 120
LINGER_S = 2

log = logging.getLogger("office.worker")


class Worker(ThreadWorker):
    """A process of threads; each has a connection for as long as a request takes, within its time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin without connections."""
        super().__init__(*args, **kwargs)
        self._until: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Serve a request in a thread."""
        self._until[conn] = time.monotonic() + HEAD_S
        try:
            is_kept = super().handle(conn)
            if is_kept is False:
                _linger(conn.sock)
            return is_kept
        finally:
            self._until.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head has come."""
        self._until[conn] = time.monotonic() + REQUEST_S
        conn.sock.settimeout(SILENCE_S)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End connections that have had their time; the main loop calls it each second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._until.items()):
            if until < now and self._until.pop(conn, 0.0):
                log.warning("%s took too long to bring a request; its connection was ended", conn.client[0])
                _hang_up(conn.sock)


def _linger(line: socket.socket) -> None:
    """Say that the connection ends, and let the other side read the answer before it does.

    gunicorn does so too, but in the one loop that accepts connections, which then serves nobody.
    """
    try:
        socket.socket.shutdown(line, socket.SHUT_WR)
        line.settimeout(LINGER_S)
        until = time.monotonic() + LINGER_S
        while time.monotonic() < until and socket.socket.recv(line, 65536):
            pass
    except OSError:
        log.debug("the other side stays")
    _hang_up(line)


def _hang_up(line: socket.socket) -> None:
    """End a connection under the thread that waits for it, which then finds its end."""
    try:
        # Not by TLS, which would wait for the other side and which that thread has in its hands.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        log.debug("the connection had ended by itself")
