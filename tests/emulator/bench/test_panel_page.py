"""Shows that the charger's page serves its state and takes touches, from its own address only.

It does not know a terminal.
"""

import http.client
import json
from collections.abc import Iterator

import pytest

from emulator.panel.server import PanelServer


@pytest.fixture
def panel() -> Iterator[tuple[PanelServer, dict, list]]:
    state = {"plug": "A"}
    touched: list = []

    def touch(action: str, argument: object) -> str | None:
        touched.append((action, argument))
        return None if action == "tap" else "nothing to do"

    server = PanelServer(lambda: dict(state), touch)
    yield server, state, touched
    server.close()


def ask(panel: PanelServer, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    line = http.client.HTTPConnection(panel.url.split("/")[2], timeout=5)
    line.request(method, path, body, headers)
    answer = line.getresponse()
    content = answer.read()
    line.close()
    return answer.status, content


def test_the_page_needs_nothing_from_elsewhere(panel):
    status, content = ask(panel[0], "GET", "/")
    assert status == 200
    # The name space of a drawing is a name; nobody goes there.
    content = content.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"http://" not in content and b"https://" not in content


def test_a_touch_is_handed_on_and_its_problem_comes_back(panel):
    server, _, touched = panel
    assert ask(server, "POST", "/touch", b'{"action": "tap", "argument": "alice"}') == (
        200,
        b'{"problem": null}',
    )
    assert json.loads(ask(server, "POST", "/touch", b'{"action": "kick"}')[1]) == {"problem": "nothing to do"}
    assert touched == [("tap", "alice"), ("kick", None)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"x" * 1001])
def test_what_is_no_touch_is_refused(panel, body):
    server, _, touched = panel
    assert ask(server, "POST", "/touch", body)[0] == 400
    assert touched == []


def test_another_web_site_can_touch_nothing(panel):
    server, _, touched = panel
    body = b'{"action": "tap", "argument": "alice"}'
    assert ask(server, "POST", "/touch", body, Origin="http://example.org")[0] == 403
    assert ask(server, "POST", "/touch", body, Host="example.org")[0] == 403
    assert touched == []


def test_an_open_page_gets_every_change(panel):
    server, state, _ = panel
    line = http.client.HTTPConnection(server.url.split("/")[2], timeout=5)
    line.request("GET", "/events")
    answer = line.getresponse()
    assert answer.readline() == b'data: {"plug": "A"}\n'
    assert answer.readline() == b"\n"
    state["plug"] = "C"
    server.changed()
    assert answer.readline() == b'data: {"plug": "C"}\n'
    line.close()
