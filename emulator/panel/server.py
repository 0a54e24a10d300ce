"""Serves the charger's page on loopback: the page, its state as it changes, and what the driver touches.

It does not know what a touch brings about.
"""

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).with_name("page.html")
LONGEST_BODY = 1000
LONGEST_SILENCE_S = 10.0
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


class PanelServer:
    """The page of one charger: `state()` returns what it shows, `touch(action, argument)` does a touch.

    `touch` returns a sentence where it could not be done, None otherwise. `changed()` has to be called
    whenever `state()` would return something new.
    """

    def __init__(self, state: Callable[[], dict], touch: Callable[[str, object], str | None], port: int = 0):
        self.state = state
        self.touch = touch
        self.news = threading.Condition()
        self.version = 0
        self.is_open = True
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.panel = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, name="panel page", daemon=True).start()

    def changed(self) -> None:
        """Have every open page fetch the state."""
        with self.news:
            self.version += 1
            self.news.notify_all()

    def close(self) -> None:
        """Stop serving."""
        self.is_open = False
        self.changed()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    panel: PanelServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self._is_for_us():
            return
        if self.path == "/":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", PAGE.read_bytes())
        elif self.path == "/events":
            self._stream()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is no such page.\n")

    def do_POST(self) -> None:
        if not self._is_for_us():
            return
        wanted = self._touched()
        if self.path != "/touch" or wanted is None:
            self._answer(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", b"Send an action as JSON.\n")
            return
        problem = self.server.panel.touch(str(wanted["action"]), wanted.get("argument"))
        answer = json.dumps({"problem": problem}).encode()
        self._answer(HTTPStatus.OK, "application/json", answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal's own words are what matters on this console."""

    def _is_for_us(self) -> bool:
        """Refuse what another web site makes a browser send here (DNS rebinding, cross-site posts)."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        origin = self.headers.get("Origin")
        if host in ("127.0.0.1", "localhost") and origin in (None, f"http://{self.headers.get('Host')}"):
            return True
        self._answer(
            HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"Open this page by its own address.\n"
        )
        return False

    def _touched(self) -> dict | None:
        size = self.headers.get("Content-Length") or ""
        if not size.isdecimal() or int(size) > LONGEST_BODY:
            return None
        try:
            wanted = json.loads(self.rfile.read(int(size)))
        except ValueError:
            return None
        return wanted if isinstance(wanted, dict) and "action" in wanted else None

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        """Send the state at once and after every change (server-sent events), and a sign of life between."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        panel = self.server.panel
        try:
            while panel.is_open:
                version = panel.version
                self.wfile.write(b"data: " + json.dumps(panel.state()).encode() + b"\n\n")
                with panel.news:
                    if panel.version == version:
                        panel.news.wait(LONGEST_SILENCE_S)
        except OSError:
            return  # The page was closed.
