"""Gives a stopped terminal another key by the command, and follows it as a stranger does.

It does not know how a key is changed; tests/firmware/terminal/test_rotation.py tries every power cut.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from firmware.crypto import canonical, jose
from firmware.ledger import chain
from hal.linux.signer import Signer
from tests.firmware.ledger import rotating
from tests.interpreters import ROOT
from tools import curves, keys
from tools.__main__ import main
from tools.proofs import trail


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the settings of a terminal that has written two records."""
    path = tmp_path / "config.json"
    settings = {
        "id": "KT-0001",
        "board": "bench",
        "ledger": str(tmp_path / "ledger"),
        "key_file": str(tmp_path / "terminal.key"),
    }
    path.write_text(json.dumps(settings))
    record(path, "boot")
    (tmp_path / "first.jwk").write_text(json.dumps(record(path, "fault")))
    return path


WRITE = """
import asyncio, json, sys
from pathlib import Path
from firmware.terminal import checking
from tools.stopped import Stopped
pen = Stopped(checking.read(Path(sys.argv[1]).read_bytes())).recorder
started = {"key": pen.key, "firmware": "0.1.0", "receipts": 0}
members = started if sys.argv[2] == "boot" else {"fault": "meter", "what": "silent"}
asyncio.run(pen.record(sys.argv[2], members))
print(json.dumps(pen.key))
"""


def record(config: Path, kind: str) -> dict:
    """Let the terminal write a record, in a process of its own, which holds the lock; return its key."""
    words = [sys.executable, "-c", WRITE, str(config), kind]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def rotate(config: Path) -> dict:
    """Run the command in a process of its own and return the record's payload."""
    words = [sys.executable, "-m", "tools", "key", "rotate", "--config", str(config), "--yes", "--json"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def newest(config: Path) -> Path:
    """Return a file with the terminal's newest record alone."""
    compacts = (config.parent / "ledger" / "ledger-0000000001.log").read_bytes().rstrip(b"\0").split(b"\n")
    path = config.parent / "record.jws"
    path.write_bytes(compacts[-2][9:])
    return path


def told(capsys: pytest.CaptureFixture, *words: object) -> tuple[int, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out + said.err


def test_a_new_key_is_announced_and_every_tool_follows_it(config, capsys):
    folder = config.parent
    ledger, first = folder / "ledger", folder / "first.jwk"
    old = (folder / "terminal.key").read_bytes()
    payload = rotate(config)
    assert (payload["kind"], payload["seq"]) == ("key.rotated", 3)
    assert old not in [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    later = record(config, "fault")
    assert jose.thumbprint(jose.public_from_jwk(later)) == jose.thumbprint(
        jose.public_from_jwk(payload["key"])
    )
    for key in ([], ["--key", first], ["--key", ledger]):
        assert told(capsys, "ledger", "check", ledger, *key)[0] == 0
        assert told(capsys, "verify", ledger, *key)[0] == 0
    # One record alone: the first key does not verify it, but leads there, by the ledger or by its register.
    path = newest(config)
    code, said = told(capsys, "verify", path, "--key", first)
    assert (code, "to which none of those given leads" in said) == (1, True)
    assert told(capsys, "key", "register", ledger, "--key", first)[0] == 0
    main(["key", "register", str(ledger)])
    (folder / "register.json").write_text(capsys.readouterr().out)
    log = ledger / "ledger-0000000001.log"
    for key in (
        [ledger],
        [log],
        [first, ledger],
        [folder / "register.json"],
        [first, folder / "register.json"],
    ):
        words = [word for one in key for word in ("--key", one)]
        code, said = told(capsys, "verify", path, *words)
        assert (code, "KT-0001's from record 4 on, since 2" in said) == (0, True), said


def test_the_register_is_a_jwk_set_that_stock_libraries_read(config, capsys):
    from joserfc.jwk import KeySet

    rotate(config)
    main(["key", "register", str(config.parent / "ledger")])
    register = json.loads(capsys.readouterr().out)
    assert [(key["from_seq"], key["to_seq"]) for key in register["keys"]] == [(1, 3), (4, None)]
    found = KeySet.import_key_set({"keys": register["keys"]})
    assert [key.kid for key in found.keys] == [key.thumbprint() for key in found.keys]


def test_a_ledger_without_its_oldest_records_is_followed_from_a_register(config, capsys):
    rotate(config)
    main(["key", "register", str(config.parent / "ledger")])
    (config.parent / "register.json").write_text(capsys.readouterr().out)
    rotate(config)
    record(config, "fault")
    path = newest(config)
    log = config.parent / "ledger" / "ledger-0000000001.log"
    later = config.parent / "later.log"
    later.write_bytes(b"".join(log.read_bytes().rstrip(b"\0").splitlines(keepends=True)[3:]))
    code, said = told(capsys, "verify", path, "--key", later)
    assert (code, "give the terminal's first key, or a register, too" in said) == (2, True), said
    code, said = told(capsys, "verify", path, "--key", later, "--key", config.parent / "register.json")
    assert (code, "from record 5 on" in said) == (0, True), said


def test_a_register_that_claims_a_key_of_its_own_is_refused(config, capsys):
    rotate(config)
    main(["key", "register", str(config.parent / "ledger")])
    register = json.loads(capsys.readouterr().out)
    foreign = json.loads((config.parent / "first.jwk").read_text())
    forged = config.parent / "forged.json"
    # The point doubled is another key, and no record announced it.
    foreign.update({"x": register["keys"][1]["x"], "y": register["keys"][1]["y"]})
    forged.write_text(json.dumps({**register, "trail": []}))
    code, said = told(capsys, "verify", newest(config), "--key", forged)
    assert (code, "to which no record leads" in said) == (2, True)
    for content, sentence in (
        ({**register, "trail": 7}, "no register of keys"),
        ({"keys": [], "trail": []}, "set is empty"),
    ):
        forged.write_text(json.dumps(content))
        code, said = told(capsys, "verify", newest(config), "--key", forged)
        assert (code, sentence in said) == (2, True), said


def test_a_record_outside_of_its_keys_time_does_not_hold(config, capsys):
    stolen = serialization.load_pem_private_key((config.parent / "terminal.key").read_bytes(), None)
    rotate(config)
    # Whoever kept a copy of the old key signs a record for a later place.
    signer = Signer(stolen)
    header = {"alg": "ES256", "kid": jose.thumbprint(signer.public_key()), "typ": "record+jws"}
    payload = {"terminal": "KT-0001", "seq": 9, "kind": "fault", "prev": "A" * 43, "at": None}
    content = jose.signing_input(header, canonical.encode(payload))
    signature = asyncio.run(signer.sign(hashlib.sha256(content).digest()))
    path = config.parent / "stolen.jws"
    path.write_text(jose.compact(content, signature))
    code, said = told(capsys, "verify", path, "--key", config.parent / "ledger")
    assert (code, "from record 1 to 3" in said) == (1, True), said


def test_a_key_announces_no_other_for_a_time_before_its_own():
    # The second key, in force from record 4 on, would hand the records of the first one to a third.
    own = keys.PublicKey(curves.CURVES[0], b"\4" + rotating.public(2), keys.Span("KT-0001", 4, None, None))
    for terminal, seq, led_to in (("KT-0001", 2, 1), ("KT-0002", 9, 1), ("KT-0001", 9, 2)):
        pen = rotating.Pen(2)
        pen.next_seq = seq
        announced = pen.write(chain.KEY_ROTATED, **pen.announcement(3, terminal=terminal), terminal=terminal)
        assert len(trail.follow([own], [announced])) == led_to, (terminal, seq)


def test_a_ledger_of_anything_as_a_key_takes_no_time(config, capsys):
    path = config.parent / "key"
    for content in (b"a.b.c\n" + b"a" * 7_000_000, b"a.b.c\n" * 1_000_000, b'{"trail": ' + b"[" * 7_000_000):
        path.write_bytes(content)
        began = time.monotonic()
        code, said = told(capsys, "verify", newest(config), "--key", path)
        assert (code, bool(said)) == (2, True)
        # A tenth of this on a free machine.
        assert time.monotonic() - began < 60


def test_no_key_is_changed_that_the_office_could_not_follow(config, capsys):
    settings = json.loads(config.read_text())
    settings.update({"office_url": "http://127.0.0.1:1", "enrol_code": "AAAA"})
    config.write_text(json.dumps(settings))
    code, said = told(capsys, "key", "rotate", "--config", config, "--yes")
    assert (code, "let it enrol and upload first" in said) == (2, True), said


def test_what_cannot_be_done_is_told(config, capsys, tmp_path):
    assert told(capsys, "key", "rotate", "--config", tmp_path / "none")[0] == 2
    code, said = told(capsys, "key", "register", config.parent / "first.jwk")
    assert (code, "no ledger" in said) == (2, True)
    settings = json.loads(config.read_text())
    config.write_text(json.dumps({**settings, "board": "esp32"}))
    code, said = told(capsys, "key", "rotate", "--config", config, "--yes")
    assert (code, "key_retire" in said) == (2, True)
