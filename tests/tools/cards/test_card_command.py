"""`kilotap card` as scripts call it: over a PN532 on a serial line, and through the real PC/SC daemon."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from emulator.bench.pn532_line import Pn532Line
from emulator.bench.virtual_reader import VirtualReader
from emulator.models import card_issuer, emv, vde
from emulator.models.desfire import SecureDesfireCard
from emulator.models.prng import Prng
from hal.common.aes import Aes
from tests.pcsc import one_at_a_time, require_daemon
from tools.__main__ import main
from tools.commands import card as card_command

UID = "04A1B2C3D4E580"
PAN = "4761739001010119"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return the file of the emulated cards' keys."""
    path = tmp_path / "cards.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(card_issuer.KEYS))
    return path


def secure() -> Any:
    return card_issuer.make({"kind": "desfire", "uid": UID, "secure": "genuine"}, Prng(3, "card"))


async def _held(holder: Any, card: Any, words: list[str]) -> int:
    await holder.insert(card)
    try:
        return await asyncio.to_thread(main, words)
    finally:
        await holder.remove()


def over_pn532(card: Any, *words: str) -> int:
    async def play() -> int:
        line = Pn532Line()
        await line.start()
        try:
            reader = ["--reader", f"pn532:{line.path}", "--timeout", "10"]
            return await _held(line, card, ["card", *words, *reader])
        finally:
            await line.close()

    return asyncio.run(play())


def test_a_secure_card_over_a_pn532(capsys: pytest.CaptureFixture[str], keys: Path) -> None:
    assert over_pn532(secure(), "read", "--json", "--card-keys", str(keys)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "kind": "desfire",
        "identity": UID,
        "level": "SECURE",
        "authenticated": "EV2 AES-128",
        "masked": None,
        "why": None,
    }


@one_at_a_time
def test_a_card_with_a_certificate_over_a_pn532_and_through_the_daemon(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    issuers = tmp_path / "issuers.pem"
    issuers.write_bytes(vde.issuers_file())
    words = ["read", "--json", "--card-issuers", str(issuers), "--timeout", "10"]

    def card(kind: str) -> Any:
        return vde.make({"uid": UID, "subject": "DE-KTP-C00001-K", "secure": kind}, Prng(3, "card"))

    assert over_pn532(card("genuine"), *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["identity"], told["level"]) == ("vde", "DE-KTP-C00001-K", "SECURE")
    with require_daemon():
        for kind, code in (("genuine", 0), ("clone", 1)):
            assert asyncio.run(_held(VirtualReader(), card(kind), ["card", *words])) == code
            time.sleep(1)
    genuine, clone = map(json.loads, capsys.readouterr().out.splitlines())
    assert genuine == told
    assert clone["identity"] is None and "copy" in clone["why"]


@one_at_a_time
def test_a_bank_card_through_the_daemon(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    authorities = tmp_path / "schemes.json"
    authorities.write_text(json.dumps([emv.authority_document()]))
    words = ["--ca-keys", str(authorities), "--timeout", "10"]
    with require_daemon():
        for command in (["read", "--json"], ["trace"]):
            card = emv.PaymentCard(PAN, "2049-11", Prng(6, "card"), "CDA")
            assert asyncio.run(_held(VirtualReader(), card, ["card", *command, *words])) == 0
            # The daemon looks at the reader every 400 ms, and would take the next card for this one.
            time.sleep(1)
    said = capsys.readouterr()
    told = json.loads(said.out.splitlines()[0])
    assert (told["kind"], told["authenticated"], told["masked"]) == ("emv", "CDA", "476173******0119")
    assert PAN not in said.out + said.err and "GENERATE AC" in said.out


def test_keys_that_others_can_read_are_refused(capsys: pytest.CaptureFixture[str], keys: Path) -> None:
    keys.chmod(0o644)
    assert main(["card", "read", "--card-keys", str(keys)]) == 2
    assert "chmod 600" in capsys.readouterr().err


def test_a_list_is_normalised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("80e5d4c3b2a104\n")
    assert main(["card", "normalise", "--order", "reversed", str(path)]) == 0
    assert capsys.readouterr().out == UID + "\n"
    path.write_text("zz\n80e5d4c3b2a104\n")
    assert main(["card", "normalise", str(path)]) == 1
    assert "line 1" in capsys.readouterr().err


def test_a_list_from_a_spreadsheet_is_read_and_one_that_is_no_text_is_refused(
    capsys: pytest.CaptureFixture[str], keys: Path, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(UID + "\r\n", encoding="utf-8-sig", newline="")
    assert main(["card", "normalise", str(path)]) == 0
    assert capsys.readouterr().out == UID + "\n"
    path.write_text(UID + "\n", encoding="utf-16")
    personalise = ["personalise", "--card-keys", str(keys), "--done", str(tmp_path / "done"), "--list"]
    for words in (["normalise"], personalise):
        assert main(["card", *words, str(path)]) == 2
        assert f"{path}: no UTF-8 text from byte 0 on; save" in capsys.readouterr().err


def blank(number: int) -> Any:
    return SecureDesfireCard(bytes.fromhex(UID[:-2]) + bytes((number,)), Aes(), Prng(number, "blank"))


def test_cards_are_issued_one_by_one_and_the_command_goes_on_where_it_ended(
    capsys: pytest.CaptureFixture[str], keys: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("DE-KTP-C00001-K\nDE-KTP-C00002-K\n")
    done = tmp_path / "issued.jsonl"
    words = [
        "personalise",
        "--card-keys",
        str(keys),
        "--list",
        str(tmp_path / "list.txt"),
        "--done",
        str(done),
    ]
    first, second = blank(1), blank(2)

    async def play(cards: list[Any]) -> int:
        line = Pn532Line()
        await line.start()
        command = ["card", *words, "--reader", f"pn532:{line.path}", "--timeout", "2"]
        running = asyncio.create_task(asyncio.to_thread(main, command))
        for card in cards:
            await line.insert(card)
            for _ in range(100):
                # The driver's hand: until what was issued is noted, then away.
                if card.uid.hex().upper() in (done.read_text() if done.exists() else ""):
                    break
                await asyncio.sleep(0.05)
            await line.remove()
            await asyncio.sleep(0.3)
        try:
            return await running
        finally:
            await line.close()

    # One card, and then nobody comes.
    assert asyncio.run(play([first])) == 2
    said = capsys.readouterr()
    assert "0 of 2 issued: hold a blank card to the reader for DE-KTP-C00001-K" in said.err
    assert "no card came within 2 s" in said.err
    assert asyncio.run(play([second])) == 0
    said = capsys.readouterr()
    assert "1 of 2 issued: hold a blank card to the reader for DE-KTP-C00002-K" in said.err
    assert "04A1B2C3D4E502 DE-KTP-C00002-K" in said.out
    assert [json.loads(line)["contract"] for line in done.read_text().splitlines()] == [
        "DE-KTP-C00001-K",
        "DE-KTP-C00002-K",
    ]
    assert over_pn532(second, "read", "--json", "--card-keys", str(keys)) == 0
    assert json.loads(capsys.readouterr().out)["level"] == "SECURE"


def test_keys_that_a_file_leaves_out_are_asked_for_and_not_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document: dict[str, Any] = {**card_issuer.KEYS, "privacy": {"key": 2}}
    master = document.pop("master")
    path = tmp_path / "cards.json"
    path.write_text(json.dumps(document))
    # Nobody else's business is in it: others may read it.
    path.chmod(0o644)
    asked = []

    def typed(sentence: str, **how: Any) -> str:
        asked.append((sentence, how["hide_input"]))
        return str({"Master": master, "Privacy": card_issuer.PRIVACY.hex()}[sentence.split()[0]])

    monkeypatch.setattr(card_command.click, "prompt", typed)
    assert over_pn532(secure(), "read", "--json", "--card-keys", str(path)) == 0
    assert json.loads(capsys.readouterr().out)["level"] == "SECURE"
    assert [sentence.split()[0] for sentence, _hidden in asked] == ["Master", "Privacy"]
    assert all(hidden for _sentence, hidden in asked)
    # With one of the secrets in it, it is a secret.
    path.write_text(json.dumps({**document, "master": master}))
    assert main(["card", "read", "--card-keys", str(path)]) == 2
    assert "chmod 600" in capsys.readouterr().err
    monkeypatch.setattr(card_command.click, "prompt", lambda sentence, **how: "secret")
    path.write_text(json.dumps(document))
    assert main(["card", "read", "--card-keys", str(path)]) == 2
    said = capsys.readouterr()
    assert "master: has to be 16 bytes" in said.err and "secret" not in said.err
