"""Sends every example of docs/protocol.md to a real office and compares the answers.

It knows nothing but the page.
"""

import hashlib
import json
import re
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firmware.crypto import canonical, jose, p256
from tests.tools.backoffice.conftest import kilotap
from tools import keys
from tools.backoffice.place import write_private

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"
CODE = "K7QFD2M8R4XW9TCA"
OPERATOR = 3
# Bodies that would not be readable on a page.
STANDS_FOR = {
    "(1048577 bytes)": b"A" * 1048577,
    "(1001 lines)": b"A\n" * 1001,
    "(any body)": b"x",
}


def examples():
    """Return (request, answer) of each pair on the page."""
    blocks = re.findall(r"^```http\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) % 2 == 0
    return list(zip(blocks[::2], blocks[1::2]))


def parts(block):
    """Return (first line, headers, body) of a message."""
    head, _, body = block.partition("\n\n")
    first, *lines = head.splitlines()
    return first, dict(line.split(": ", 1) for line in lines), body.strip("\n")


@pytest.fixture
def invited(live):
    """Invite the page's terminals, one of them with the code that stands on the page, and order something."""
    write_private(live.data / "operator.key", private_pem(OPERATOR), replace=True)
    for identity in ("KT-0001", "KT-0002"):
        assert kilotap("enrol", identity, data=live.data).returncode == 0
    with sqlite3.connect(live.data / "office.sqlite3") as database:
        code_hash = hashlib.sha256(CODE.encode()).hexdigest()
        database.execute(
            "UPDATE records_enrolmentcode SET code_hash = ? WHERE terminal_id = 'KT-0001'", (code_hash,)
        )
    database.close()
    order = live.data / "order.toml"
    order.write_text('deny = ["CAFE1234"]')
    assert kilotap("order", "KT-0001", "--file", str(order), data=live.data).returncode == 0
    return live


def private_pem(scalar):
    """Return a private key as the office keeps its own."""
    key = ec.derive_private_key(scalar, ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def comparable(answer):
    """Return an answer with its order opened: the operator's signature holds, and its time is today's."""
    if not answer.get("order"):
        return answer
    payload, signed, signature = jose.split(answer["order"], "order+jws")
    assert keys.verifier(p256.public_key(OPERATOR.to_bytes(32)))(bytes(signed), signature)
    return {**answer, "order": {**canonical.decode(payload), "time": "now"}}


def test_every_example_of_the_page_gets_the_answer_that_stands_there(invited):
    statuses = set()
    for request, answer in examples():
        first, headers, body = parts(request)
        method, path, version = first.split(" ")
        assert version == "HTTP/1.1" and headers.pop("Host")
        content = STANDS_FOR.get(body, body.encode())
        response = invited.client.request(method, path, headers=headers, content=content)
        wanted, wanted_headers, wanted_body = parts(answer)
        assert wanted.startswith(f"HTTP/1.1 {response.status_code} "), (first, response.text)
        assert response.headers["Content-Type"] == wanted_headers["Content-Type"]
        assert comparable(response.json()) == comparable(json.loads(wanted_body)), first
        statuses.add(response.status_code)
    assert statuses == {200, 401, 403, 404, 409, 413, 415, 422}
