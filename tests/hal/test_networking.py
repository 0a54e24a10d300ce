"""Holds every board's network against the port, with real TLS servers and certificates of our own."""

import datetime
import errno
import socket
import threading
from pathlib import Path

import pytest

from firmware.errors import BoardError
from hal.linux.networking import tls_context
from tests.hal.certificates import DAY, Authority, EchoServer
from tests.hal.seats import ALL, Seat, seats

HOUR = datetime.timedelta(hours=1)
SECRET = "nobody else may read this"


@seats(*ALL)
def test_a_trusted_server_is_talked_to_by_name_and_by_address(seat: Seat, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "office-ca")
    for host, name in (("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")):
        with EchoServer(authority.server(name)) as server:
            said = seat.results("networks:connect", host, server.port, authority.path, "hello")
            assert said == [["received", "echo of hello"]]


@seats(*ALL)
def test_without_a_ca_the_connection_is_plain(seat: Seat) -> None:
    with EchoServer(None) as server:
        said = seat.results("networks:connect", "127.0.0.1", server.port, "", "hello")
        assert said == [["received", "echo of hello"]]


def refused(seat: Seat, certificate: Path, ca: Path) -> None:
    """Assert that a server is refused by an OSError, and that it heard nothing."""
    with EchoServer(certificate) as server:
        ((kind, _),) = seat.results("networks:connect", "localhost", server.port, ca, SECRET)
        assert (kind, server.received) == ("OSError", [])


@seats(*ALL)
def test_a_server_of_another_name_hears_nothing(seat: Seat, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "office-ca")
    refused(seat, authority.server("office.example"), authority.path)
    refused(seat, authority.server("127.0.0.1"), authority.path)


@seats(*ALL)
def test_a_server_of_another_ca_hears_nothing(seat: Seat, tmp_path: Path) -> None:
    refused(seat, Authority(tmp_path, "other-ca").server("localhost"), Authority(tmp_path, "ca").path)
    # A second CA of the same name is not the first one.
    refused(seat, Authority(tmp_path, "ca").server("localhost"), Authority(tmp_path, "ca").path)


@seats(*ALL)
def test_a_certificate_out_of_its_time_is_refused(seat: Seat, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "office-ca")
    refused(seat, authority.server("localhost", -DAY, -HOUR), authority.path)
    refused(seat, authority.server("localhost", HOUR, DAY), authority.path)


@seats(*ALL)
def test_a_port_where_nobody_listens_is_an_os_error(seat: Seat, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for ca in ("", Authority(tmp_path, "office-ca").path):
        assert seat.results("networks:connect", "127.0.0.1", port, ca, "hello") == [
            ["OSError", errno.ECONNREFUSED]
        ]


@seats(*ALL)
def test_a_server_that_says_nothing_is_a_time_out(seat: Seat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said = seat.results("networks:connect", "127.0.0.1", port, "", "hello")
        assert said == [["OSError", errno.ETIMEDOUT]]


class DeafServer(EchoServer):
    """Takes connections, shakes hands where it has a certificate, and reads nothing."""

    def __init__(self, certificate: Path | None) -> None:
        self.over = threading.Event()
        super().__init__(certificate)

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        super().__exit__(*problem)

    def _echo(self, client: socket.socket) -> None:
        if self._context is not None:
            client = self._context.wrap_socket(client, server_side=True)
        self.over.wait(30)
        client.close()


@seats(*ALL)
def test_a_server_that_takes_nothing_is_a_time_out_and_leaves_nothing_open(
    seat: Seat, tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "office-ca")
    for certificate, ca in ((None, ""), (authority.server("127.0.0.1"), authority.path)):
        with DeafServer(certificate) as server:
            said = seat.results("networks:stall", "127.0.0.1", server.port, ca)
        assert said == [["OSError", errno.ETIMEDOUT], ["left open", 0]]


@seats(*ALL)
def test_a_server_that_never_shakes_hands_is_a_time_out(seat: Seat, tmp_path: Path) -> None:
    with DeafServer(None) as server:
        said = seat.results("networks:stall", "localhost", server.port, Authority(tmp_path, "office-ca").path)
    assert said == [["OSError", errno.ETIMEDOUT], ["left open", 0]]


@pytest.mark.parametrize(
    "ca", [b"", b"junk", b"\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_ca_that_is_none_is_refused_rather_than_the_whole_web_trusted(ca: bytes) -> None:
    with pytest.raises(BoardError, match="no PEM certificate"):
        tls_context(ca)
