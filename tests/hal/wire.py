"""The far end of a serial line: a pseudo-terminal and a script of what to answer to which request.

It does not know Modbus; a request that nobody scripted ends the test.
"""

import os
import pty
import threading
import time
import tty
from collections.abc import Sequence

# What to send, each after a pause in seconds.
Answer = Sequence[tuple[float, bytes]]


class Wire:
    """A line on which requests of a known size are answered in their order; `path` is the terminal's end."""

    def __init__(self, request_bytes: int, answers: Sequence[Answer]) -> None:
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        self.path = os.ttyname(self._far)
        self._request_bytes = request_bytes
        self._answers = list(answers)
        self.heard: list[bytes] = []
        # When each request had come in, and when its answer was out.
        self.asked_s: list[float] = []
        self.answered_s: list[float] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def send(self, content: bytes) -> None:
        """Put bytes on the line that nobody asked for."""
        os.write(self._near, content)

    def hang_up(self) -> None:
        """End the line, as an adapter does that is unplugged; called once at the end of each test."""
        for fd in (self._near, self._far):
            if fd >= 0:
                os.close(fd)
        self._near = self._far = -1

    def _serve(self) -> None:
        for answer in self._answers:
            request = b""
            while len(request) < self._request_bytes:
                try:
                    request += os.read(self._near, self._request_bytes - len(request))
                except OSError:
                    return
            self.heard.append(request)
            self.asked_s.append(time.monotonic())
            for pause_s, content in answer:
                time.sleep(pause_s)
                os.write(self._near, content)
            self.answered_s.append(time.monotonic())
