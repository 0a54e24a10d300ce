"""Shows that the bench's network fails in the ways it is told to, and in no other.

It does not know what a terminal would send: an echo over plain TCP and over TLS stands for the office.
"""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from emulator.bench.link import Link

REQUEST = b"POST /api/terminals/KT-0001/records HTTP/1.1\r\n" + b"x" * 400


class Echo:
    """An office that answers what it is asked, and counts the bytes that it understood."""

    def __init__(self, context: ssl.SSLContext | None = None):
        self.heard = b""
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                while content := connection.recv(4096):
                    self.heard += content
                    connection.sendall(content)
            except OSError:
                if self._listener.fileno() < 0:
                    return


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a self-signed certificate for localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(key_pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=["plain", "tls1.2", "tls1.3"])
def office_and_dial(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple]:
    """Give an office, a link to it, and a function that opens a connection through the link."""
    server = client = None
    if request.param != "plain":
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate)
        client = ssl.create_default_context(cafile=certificate)
        version = ssl.TLSVersion.TLSv1_2 if request.param == "tls1.2" else ssl.TLSVersion.TLSv1_3
        client.minimum_version = client.maximum_version = version
    office = Echo(server)
    link = Link("127.0.0.1", office.port)

    def dial() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", link.port), timeout=5)
        return client.wrap_socket(connection, server_hostname="localhost") if client else connection

    yield office, link, dial
    link.close()
    office.close()


def ask(connection: socket.socket, content: bytes = REQUEST) -> bytes:
    connection.sendall(content)
    answer = b""
    while len(answer) < len(content):
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    return answer


def answer_or_reset(connection: socket.socket) -> bytes:
    try:
        return ask(connection)
    except OSError:
        return b""


def wait_until(condition, limit_s: float = 5.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_a_link_that_is_up_carries_everything(office_and_dial):
    _, _, dial = office_and_dial
    with dial() as connection:
        assert ask(connection) == REQUEST
        assert ask(connection) == REQUEST


def test_a_link_that_goes_down_ends_connections_and_lets_none_begin(office_and_dial):
    office, link, dial = office_and_dial
    with dial() as connection:
        assert ask(connection) == REQUEST
        link.mode = "down"
        assert answer_or_reset(connection) == b""
    with pytest.raises(OSError):
        with dial() as connection:
            ask(connection)
            raise ConnectionResetError("it ended without an answer")
    assert office.heard == REQUEST
    link.mode = "up"
    with dial() as connection:
        assert ask(connection) == REQUEST


def test_a_lost_answer_means_that_the_office_heard_the_request(office_and_dial):
    office, link, dial = office_and_dial
    link.mode = "loses_answers"
    with dial() as connection:
        assert answer_or_reset(connection) == b""
    wait_until(lambda: office.heard == REQUEST)


def test_a_slow_link_takes_its_time_and_loses_nothing(office_and_dial):
    _, link, dial = office_and_dial
    with dial() as connection:
        link.mode = "slow"
        began = time.monotonic()
        assert ask(connection) == REQUEST
        assert time.monotonic() - began >= 0.3


def test_a_link_that_stalls_takes_what_its_buffers_hold_and_then_no_byte_more(office_and_dial):
    office, link, dial = office_and_dial
    with dial() as connection:
        link.mode = "stalls"
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            # More than the buffers of a connection over loopback take.
            connection.sendall(bytes(64_000_000))
        assert office.heard == b""
        link.mode = "down"


def test_a_corrupting_link_changes_what_passes(office_and_dial):
    office, link, dial = office_and_dial
    link.mode = "corrupts"
    for _ in range(8):  # Of the seed's first eight connections some corrupt requests, some answers.
        with dial() as connection:
            assert answer_or_reset(connection) != REQUEST


def test_a_mode_that_nobody_knows_is_refused():
    link = Link("127.0.0.1", 9)
    with pytest.raises(ValueError, match="sideways"):
        link.mode = "sideways"
    link.close()
