"""The real office over TLS, and the commands beside it. It knows only what a user can see."""

import json
import os
import signal
import socket
import stat
import threading
import time

import httpx
import pytest
from cryptography import x509

from tests.tools.backoffice.conftest import kilotap, running
from tests.tools.backoffice.terminals import Terminal


@pytest.fixture(scope="module")
def enrolled(live):
    """A terminal that came to be known as all do."""
    terminal = Terminal("KT-0100", scalar=100)
    code = kilotap("enrol", terminal.identity, data=live.data).stdout.strip()
    answer = live.client.post("/api/terminals/KT-0100/enrol", json={"code": code, "key": terminal.jwk})
    assert answer.status_code == 200
    return terminal


def upload(live, terminal, lines):
    path = f"/api/terminals/{terminal.identity}/records"
    answer = live.client.post(path, content="\n".join(lines))
    return answer.status_code, answer.json()


def test_the_ready_line_says_where_whom_to_trust_and_which_process(live):
    assert live.ready["ready"] is True
    assert live.ready["url"].startswith("https://127.0.0.1:")
    assert live.ready["pid"] == live.process.pid
    assert live.client.get("/api/health").json() == {"healthy": True}


def test_records_go_in_and_come_out_as_they_were(live, enrolled):
    lines = enrolled.session(1)
    first = enrolled.seq - 2
    assert upload(live, enrolled, lines) == (200, {"next_seq": enrolled.seq})
    assert upload(live, enrolled, lines) == (200, {"next_seq": enrolled.seq})
    dumped = kilotap("dump", enrolled.identity, data=live.data).stdout.splitlines()
    assert dumped[first - 1 :] == lines
    stats = json.loads(kilotap("stats", enrolled.identity, "--json", data=live.data).stdout)
    assert (stats["stored"], stats["next_seq"]) == (enrolled.seq - 1, enrolled.seq)
    assert stats["duplicates"] >= 2
    everything = json.loads(kilotap("stats", "--json", data=live.data).stdout)
    assert everything["terminals"][enrolled.identity] == stats


def test_many_uploads_of_one_terminal_at_once_store_each_record_once(live, enrolled):
    before, lines = enrolled.seq - 1, enrolled.records(100)
    answers = []

    def send():
        with httpx.Client(base_url=live.url, verify=live.trust) as client:
            answer = client.post(f"/api/terminals/{enrolled.identity}/records", content="\n".join(lines))
            answers.append((answer.status_code, answer.json()))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(200, {"next_seq": enrolled.seq})] * 6
    assert kilotap("dump", enrolled.identity, data=live.data).stdout.splitlines()[before:] == lines


def test_ten_megabytes_are_refused_and_the_connection_still_serves(live, enrolled):
    answer = live.client.post(f"/api/terminals/{enrolled.identity}/records", content=b"A" * 10_000_000)
    assert answer.status_code == 413
    assert live.client.get("/api/health").status_code == 200


def test_a_body_without_a_length_is_refused(live, enrolled):
    answer = live.client.post(f"/api/terminals/{enrolled.identity}/records", content=iter([b"A"]))
    assert answer.status_code == 411


def test_a_connection_is_kept_for_the_next_batch(live):
    with httpx.Client(base_url=live.url, verify=live.trust) as client:
        ports = set()
        for _ in range(5):
            stream = client.get("/api/health").extensions["network_stream"]
            ports.add(stream.get_extra_info("client_addr"))
    assert len(ports) == 1


def test_the_certificate_holds_for_names_and_addresses_of_this_host_and_for_clocks_that_are_off(live):
    port = httpx.URL(live.url).port
    with socket.create_connection(("127.0.0.1", port)) as plain:
        with live.trust.wrap_socket(plain, server_hostname="localhost") as stream:
            assert stream.version() == "TLSv1.3"
            certificate = x509.load_der_x509_certificate(stream.getpeercert(binary_form=True))
    assert certificate.not_valid_before_utc.year == 2020
    assert certificate.not_valid_after_utc.year >= 2045


def test_another_authority_is_not_trusted(live):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(live.url + "/api/health")


def test_what_is_secret_can_be_read_by_its_owner_alone(live):
    for name in ("ca.key", "server.key", "secret", "office.sqlite3"):
        assert stat.S_IMODE((live.data / name).stat().st_mode) == 0o600, name


def test_a_login_link_opens_the_pages_over_tls(live):
    assert kilotap("user", "alice", "--password", "correct horse battery", data=live.data).returncode == 0
    made = kilotap("login-link", "alice", data=live.data)
    with httpx.Client(verify=live.trust, follow_redirects=True) as client:
        page = client.get(made.stdout.strip())
        assert page.status_code == 200 and str(page.url) == live.url + "/"
        assert "alice" in page.text
        assert client.get(live.url + "/assets/office.css").headers["Content-Type"].startswith("text/css")
        assert client.get(live.url + "/assets/secret").status_code == 404
        assert client.get(live.url + "/nowhere").status_code == 404


def test_a_login_link_can_make_its_user(live):
    link = kilotap("login-link", "guest", "--new", data=live.data).stdout.strip()
    with httpx.Client(verify=live.trust, follow_redirects=True) as client:
        assert "guest" in client.get(link).text


def test_a_busy_port_is_one_clear_line(live, tmp_path):
    port = httpx.URL(live.url).port
    ended = kilotap("serve", "--port", str(port), data=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert f"port {port}" in ended.stderr and "--port" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("dump", "KT-9999"),
        ("stats", "KT-9999"),
        ("login-link", "nobody"),
        ("enrol", "not an id"),
        ("user", "bob", "--password", "short"),
        ("stats", "--database", "mysql://x/y"),
        ("stats", "--database", "sqlite:////nowhere/at/all.db"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_exit_code_2_and_one_sentence(live, words):
    ended = kilotap(*words, data=live.data)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("kilotap: ") and "Traceback" not in ended.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_office_ends_in_order_and_goes_on_where_it_was(tmp_path, how):
    terminal = Terminal()
    with running(tmp_path) as first:
        code = kilotap("enrol", terminal.identity, data=tmp_path).stdout.strip()
        first.client.post("/api/terminals/KT-0001/enrol", json={"code": code, "key": terminal.jwk})
        assert upload(first, terminal, terminal.records(2))[0] == 200
        ca = (tmp_path / "ca.pem").read_bytes()
        os.kill(first.ready["pid"], how)
        assert first.process.wait(20) == 0
        assert not (tmp_path / "office.json").exists()
    with running(tmp_path, "--workers", "2") as second:
        assert (tmp_path / "ca.pem").read_bytes() == ca
        assert upload(second, terminal, terminal.records(1)) == (200, {"next_seq": 4})


def test_a_killed_office_has_lost_nothing_that_it_answered(tmp_path):
    terminal = Terminal()
    with running(tmp_path) as office:
        code = kilotap("enrol", terminal.identity, data=tmp_path).stdout.strip()
        office.client.post("/api/terminals/KT-0001/enrol", json={"code": code, "key": terminal.jwk})
        lines = terminal.records(50)
        assert upload(office, terminal, lines) == (200, {"next_seq": 51})
        os.kill(office.ready["pid"], signal.SIGKILL)
        office.process.wait(20)
        time.sleep(1.5)  # The worker notices within a second that its parent is gone.
    assert kilotap("dump", "KT-0001", data=tmp_path).stdout.splitlines() == lines
