"""Takes the power, or the process, away at every storage operation of an exchange of meters.

Both registers stand in the ledger or neither does; a second run finishes; what is written is never written
twice. An open session has to end first, and does, whichever meter is there.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import hal.linux.storage
from emulator.models.disk import Disk, Memory, PowerCut
from emulator.models.meter import Meter
from firmware.crypto import canonical, jose
from firmware.errors import MeteringError, StorageRefused, TerminalError
from firmware.ledger.journal import Journal
from hal.common.blobs import pieces_of
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import story
from tests.interpreters import ROOT
from tests.tools.metering.lines import on_a_wire
from tools.metering.exchange import Exchange
from tools.proofs import ledgers
from tools.proofs.lost import Lost
from tools.proofs.proof import Proof

OLD = {"model": "eastron-sdm630", "serial": "21110042", "energy_wh": 123_456}
NEW = {"model": "eastron-sdm630", "serial": "21110043", "energy_wh": 7}
OLD_WH = 130_000


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """Return what opens a stopped terminal's exchange on a disk."""

    def opened(disk: Disk) -> Exchange:
        monkeypatch.setattr(hal.linux.storage, "open_storage", lambda directory: disk)
        config = SimpleNamespace(
            id="KT-0001", board="linux", ledger="", key_file=str(tmp_path / "key.pem"), office_url=""
        )
        return Exchange(config)

    return opened


def payloads(disk: Disk) -> list[dict]:
    return [
        canonical.decode(jose.split(compact, "record+jws")[0]) for _, compact in Journal(disk).read_from(1)
    ]


def exchanged(opened, disk: Disk) -> dict:
    """Run what the command does."""
    work = opened(disk)
    return work.written(NEW, OLD_WH) or asyncio.run(work.write(NEW, OLD_WH))


def commissioned(opened, seed: int) -> Disk:
    disk = Disk(Memory(), seed=seed)
    asyncio.run(opened(disk).write(OLD, None))
    return disk


class Torn(Memory):
    """A disk whose next append keeps so many bytes when the power goes."""

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.kept: int | None = kept

    def append(self, name, content):
        if self.kept is None:
            super().append(name, content)
            return
        whole = b"".join(pieces_of(content))
        self.appended = len(whole)
        super().append(name, whole[: self.kept])
        raise PowerCut("the power went")


def test_a_power_cut_at_any_byte_of_the_write_leaves_both_registers_in_the_ledger_or_neither(terminal):
    whole = 0
    kept = 0
    while kept <= whole or not whole:
        disk = Torn(kept)
        torn, disk.kept = disk.kept, None
        asyncio.run(terminal(disk).write(OLD, None))
        disk.kept = torn
        with pytest.raises(PowerCut):
            exchanged(terminal, disk)
        whole, disk.kept = disk.appended, None
        found = payloads(disk)[1:]
        # A line that lacks its newline alone is whole.
        assert len(found) == (kept >= whole - 1), kept
        for one in found:
            assert (one["before"], one["meter"]["wh"]) == ({"serial": "21110042", "wh": OLD_WH}, 7)
        # A second run finishes, and one after it writes nothing.
        second = exchanged(terminal, disk)
        assert exchanged(terminal, disk) == second == (found or [second])[0]
        assert [payload["seq"] for payload in payloads(disk)] == [1, 2], kept
        kept += 1 if kept < 20 or kept > whole - 20 else 23
    assert kept > whole > 400


def test_a_full_disk_changes_nothing_and_says_so(terminal):
    disk = commissioned(terminal, 1)
    disk.set_free_bytes(100)
    with pytest.raises(StorageRefused, match="storage does not take a record"):
        exchanged(terminal, disk)
    disk.set_free_bytes(None)
    assert len(payloads(disk)) == 1
    assert exchanged(terminal, disk)["seq"] == 2


def test_damage_at_the_end_of_the_ledger_is_told_before_the_exchange(terminal):
    disk = commissioned(terminal, 1)
    exchanged(terminal, disk)
    name = next(disk.names())
    content = bytearray(disk.read(name))
    content[-40] ^= 1
    disk.replace(name, bytes(content))
    work = terminal(disk)
    # What the damaged record said is not known: the meter of before is the one before it.
    assert (work.old_serial, work.old_wh) == ("21110042", 123_456)
    exchanged(terminal, disk)
    assert [payload["kind"] for payload in payloads(disk)] == [
        "meter.replaced",
        "ledger.damaged",
        "meter.replaced",
    ]
    assert [payload["seq"] for payload in payloads(disk)][-1] == exchanged(terminal, disk)["seq"]


def test_an_exchange_that_stands_in_the_ledger_is_not_written_with_another_register(terminal):
    disk = commissioned(terminal, 1)
    exchanged(terminal, disk)
    with pytest.raises(MeteringError, match="record 2 has this exchange already, with 130000 Wh"):
        terminal(disk).written(NEW, 131_000)
    # The same meter after a reset, and another meter, are exchanges of their own.
    assert terminal(disk).written(dict(NEW, energy_wh=6), None) is None
    assert terminal(disk).written(dict(NEW, serial="5"), None) is None
    # One without a number is known by its register alone.
    nameless = dict(NEW, model="dzg-dvh4013", serial=None)
    asyncio.run(terminal(disk).write(nameless, OLD_WH))
    assert terminal(disk).written(nameless, OLD_WH)["seq"] == 3
    assert terminal(disk).written(dict(nameless, energy_wh=8), OLD_WH) is None


def test_an_open_session_ends_first(terminal):
    disk = Disk(Memory())
    asyncio.run(terminal(disk)._terminal.record("session.started", started()))
    with pytest.raises(TerminalError, match="the session KT-0001-000001 is open; start the terminal"):
        terminal(disk)


def started() -> dict:
    meter = {"model": "eastron-sdm630", "serial": "21110042", "wh": 123_456, "resolution_wh": 1}
    return {"session": "KT-0001-000001", "meter": meter, "tariff": {"id": "day", "hash": ""}}


@pytest.mark.parametrize("resumes", [0, 3600])
def test_a_session_left_open_ends_at_the_old_meter_s_last_register_where_the_new_one_is_there(resumes):
    begin = [(5, "plug", True), (5, "tap", "alice"), (605, "power", "cut"), (300, "power", "on")]
    rest = [(600, "plug", False), (60, "wait", "idle")]

    def tamper(charger):
        async def exchange():
            await charger.kernel.sleep_ms(700_000)
            charger.world.sync()
            charger.world._meter.swap("21110043", 9_000_000)

        charger.kernel.spawn(exchange())

    settings = dict(story([])["terminal"], resume_within_s=resumes, checkpoint_s=60)
    played = Played(begin + rest, tamper, terminal=settings)
    (receipt,) = played.of("session.ended")
    assert receipt["reason"] == "power_loss" and "meter_changed" in receipt["flags"]
    assert receipt["meter"]["serial"] == "21110042"
    assert receipt["meter"]["stop_wh"] - receipt["meter"]["start_wh"] == receipt["energy_wh"]
    # 605 s at 11 kW are 1,848 Wh, of which the last minute may not be on a checkpoint.
    assert 1848 - 185 <= receipt["energy_wh"] <= 1848


def test_a_process_killed_at_any_system_call_leaves_an_exchange_that_a_second_run_finishes(tmp_path):
    with on_a_wire(Meter("eastron-sdm630", "21110042", 123_456)) as port:
        words = [sys.executable, str(Path(__file__).with_name("killed_exchange.py")), str(tmp_path), port]
        done = subprocess.run([*words, "1", "99"], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    played = [json.loads(line) for line in done.stdout.splitlines()]
    *killed, last = played
    # Making the key alone takes six, the record four and more.
    assert len(killed) >= 12 and all(one["first"]["killed"] for one in killed)
    assert not last["first"]["killed"] and last["first"]["code"] == 0
    for one in played:
        assert one["second"]["code"] == 0, one
        (record,) = one["after"]
        assert record["before"] == {"serial": None, "wh": None}
        assert record["meter"] == {"model": "eastron-sdm630", "serial": "21110042", "wh": 123_456}
        assert one["between"] in ([], [record])
        assert json.loads(one["second"]["out"]) == record
    assert {len(one["between"]) for one in killed} == {0, 1}


def test_a_meter_that_signs_brings_its_key_into_the_ledger_and_one_of_another_key_is_refused(
    tmp_path, capsys
):
    config = tmp_path / "config.json"
    told = {"id": "KT-0001", "meter_model": "iskra-wm3m4", "ledger": str(tmp_path / "ledger")}
    told |= {"key_file": str(tmp_path / "key.pem"), "meter_key": "00" * 32}
    words = [sys.executable, "-m", "tools", "meter", "replace", "--config", str(config), "--yes", "--json"]
    meter = Meter("iskra-wm3m4", "21110042", 123_450)
    key = meter.signing.public_key()
    with on_a_wire(meter) as port:
        config.write_text(json.dumps({**told, "meter_port": port}))
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 2
        fingerprint = hashlib.sha256(key).hexdigest()
        assert f"another key than meter_key names, SHA-256 {fingerprint}" in done.stderr
        config.write_text(json.dumps({**told, "meter_port": port, "meter_key": fingerprint}))
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["meter"]["key"] == key.hex()


def test_a_ledger_whose_receipts_were_signed_by_another_meters_key_does_not_hold():
    from tests.emulator.simulation import test_meter_keys as keys

    told = keys.played("iskra-wm3m4", keys.CHARGE)

    def judged(change) -> list[tuple[str, bool, str]]:
        lines = []
        for compact in told.jws:
            head, payload, signature = compact.split(".")
            document = canonical.decode(jose.unb64url(payload))
            change(document)
            lines.append(f"{head}.{jose.b64url(canonical.encode(document))}.{signature}")
        proof = Proof("ledger")
        ledgers._meter_keys(proof, ledgers.Lines("\n".join(lines).encode()), Lost())
        return proof.checks

    def forge(document: dict) -> None:
        if "meter_key" in document:
            document["meter_key"] = document["meter_key"][:-2] + "00"

    def garble(document: dict) -> None:
        if document["kind"] == "meter.commissioned":
            document["meter"]["key"] = "no hex"

    ((name, holds, why),) = judged(lambda document: None)
    assert (name, holds) == ("meter keys", True) and "1 receipts" in why
    assert judged(forge)[0][1] is False and "not the key" in judged(forge)[0][2]
    assert judged(garble)[0][1] is False
