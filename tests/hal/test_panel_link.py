"""Holds the bench's ports behind its socket against a host that orders, goes away, and comes back."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from hal.bench.contactor import TRAVEL_MS, Contactor
from hal.bench.link import Link
from tests.hal.seats import BENCHES, Seat, finish, seats


class Host:
    """The bench's end of the socket."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.port: int = self._listener.getsockname()[1]
        self._client: socket.socket | None = None

    def accept(self) -> None:
        """Wait for the terminal."""
        self._client, _ = self._listener.accept()
        self._client.settimeout(10)
        self._lines = self._client.makefile("rb")

    def hear(self) -> Any:
        """Return the next message."""
        return json.loads(self._lines.readline())

    def order(self, *messages: dict) -> None:
        """Send messages."""
        assert self._client is not None
        self._client.sendall(b"".join(json.dumps(message).encode() + b"\n" for message in messages))

    def hang_up(self, last_words: bytes) -> None:
        """Close the connection, in the middle of a message.

        What the other side still says is read to its end: a socket closed over unread bytes is reset, and a
        reset takes away what the other side has not read yet.
        """
        assert self._client is not None
        self._client.sendall(last_words)
        self._client.shutdown(socket.SHUT_WR)
        while self._lines.read(4096):
            pass
        self._lines.close()
        self._client.close()

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


@seats(*BENCHES)
def test_orders_arrive_reports_go_out_and_a_lost_socket_changes_nothing(seat: Seat, tmp_path: Path) -> None:
    with Host() as host:
        process = seat.start("panels:panel", host.port, tmp_path / "ledger")
        host.accept()
        assert host.hear() == {"hello": {"pid": 1}}
        host.order({"plug": "B"})
        shown = {"screen": {"id": "idle", "lines": ["Hold your card here", "0.49 €/kWh"]}}
        assert [host.hear() for _ in range(3)] == [shown, {"signal": "accepted"}, {"contactor": True}]
        # The contact says no: the command has been carried out for as long as nothing is heard, not longer.
        host.order({"contactor": False}, {"nonsense": 1}, {"plug": "C", "button": "stop"})
        host.order({"button": "language"}, {"clock_step_s": 86400}, {"clock": "unset"})
        host.order({"storage_free_bytes": 12})
        host.hang_up(b'{"plug": "F')
        host.accept()
        # The host that comes back hears what lasts, and no sound of the past.
        assert [host.hear() for _ in range(3)] == [{"contactor": True}, {"hello": {"pid": 1}}, shown]
        host.order({"plug": "F", "contactor": True})
        said = finish(process)
    assert said[:4] == [
        ["plug", "B"],
        ["contactor", False],
        ["button", "stop", "language"],
        ["clock", None, "unset"],
    ]
    assert said[4:] == [["free", 12], ["plug", "F", True]]


def test_a_contact_that_never_answers_is_believed_after_the_command_has_travelled() -> None:
    relay = Contactor(Link("127.0.0.1", 1))
    assert not relay.is_closed()
    relay.close()
    assert relay.is_closed()
    time.sleep(TRAVEL_MS / 1000 + 0.01)
    assert not relay.is_closed()
    relay.report(True)
    assert relay.is_closed()
    relay.open()
    relay.report(True)
    assert relay.is_closed()
