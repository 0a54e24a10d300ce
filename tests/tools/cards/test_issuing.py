"""Cards that `kilotap card personalise` issues, interrupted at any command, over emulated ones."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.models import card_issuer
from emulator.models.cards import RfidCard
from emulator.models.desfire import SecureDesfireCard
from emulator.models.prng import Prng
from firmware.cards import card_keys, desfire, secure_rfid
from firmware.cards.desfire import NotGenuine
from firmware.errors import CardError
from hal.common.aes import Aes
from tests.firmware.cards.transcript import played, talk
from tests.tools.cards.holding import (
    KEYS,
    UID,
    Held,
    chance,
)
from tools.cards import issuing


def blank() -> SecureDesfireCard:
    return SecureDesfireCard(bytes.fromhex(UID), Aes(), Prng(9, "blank"))


def issued(card: Any, contract: str = "DE-KTP-C00001-K") -> str:
    return str(talk(issuing.Issuer(KEYS, Aes(), chance).issued(card.uid, contract), card))


def test_an_issued_card_is_known_and_nobody_has_its_keys() -> None:
    card = blank()
    assert issued(card) == UID
    found = talk(secure_rfid.identify(KEYS, Aes(), chance, card.uid), card)
    assert (found["token"]["level"], found["contract"]) == ("SECURE", "DE-KTP-C00001-K")
    keys = card.applications[card_issuer.AID].keys
    assert len(set(keys)) == len(keys) and bytes(16) not in keys
    # It is not issued twice: who was interrupted before it was noted finds it done.
    assert issued(card) == UID and card.applications[card_issuer.AID].keys == keys
    stranger = card_issuer.make({"kind": "desfire", "uid": UID, "secure": "clone"}, Prng(3, "card"))
    with pytest.raises(CardError, match="another key: it was issued before, or by somebody else"):
        issued(stranger)


def test_a_card_pulled_at_any_command_can_be_issued_again() -> None:
    at = 0
    while True:
        at += 1
        card = blank()
        held = Held(card, pulled_at=at)
        dialogue = issuing.Issuer(KEYS, Aes(), chance).issued(card.uid, "C-1")
        try:
            asyncio.run(held.converse(dialogue))
        except OSError:
            card.present()
            # Begun anew, or found to be done; either way nobody has its keys and it is issued once.
            assert issued(card, "C-1") == UID
            assert talk(secure_rfid.identify(KEYS, Aes(), chance, card.uid), card)["contract"] == "C-1"
            assert bytes(16) not in card.applications[card_issuer.AID].keys
            with pytest.raises(CardError, match="says C-1, not C-2: it was issued before"):
                issued(card, "C-2")
            continue
        break
    assert at > 15


def test_keys_are_changed_as_the_application_note_says() -> None:
    # NXP AN12196, table 25: key 2 in the session of table 23, and the code of the answer.
    session = [bytes.fromhex(text) for text in (
        "4cf3cb41a22583a61e89b158d252fc53", "5529860b2fc5fb6154b7f28361d30bf9", "7614281a",
    )]  # fmt: skip
    channel = desfire.Channel(Aes(), *session, 2)
    fresh = bytes.fromhex("f3847d627727ed3bc9c4cc050489b966")
    assert issuing.key_check(fresh).hex() == "789dfadc"
    dialogue = channel.ask(0xC4, b"\2", fresh + b"\1" + issuing.key_check(fresh), desfire.FULL)
    command = "90c4000029022cf362b7bf4311ff3be1daa295e8c68de09050560d19b9e16c2393ae9cd1fac75d0ce20bcd1d06e600"
    assert played(dialogue, (command, "203bb55d1089d5879100")) == b""
    assert channel.counter == 3


def test_what_is_no_blank_card_is_refused() -> None:
    with pytest.raises(CardError, match="EV2"):
        issued(RfidCard(bytes.fromhex(UID)))
    for contract in ("", "with blank", "ä", "x" * 32):
        with pytest.raises(CardError):
            issued(blank(), contract)
    broken = dict(card_issuer.KEYS, key=0)
    with pytest.raises(CardError, match="application"):
        issuing.Issuer(card_keys.CardKeys(broken), Aes(), chance)
    assert issubclass(NotGenuine, CardError)


def test_a_batch_goes_on_where_it_ended(tmp_path: Path) -> None:
    done = tmp_path / "done.jsonl"
    batch = issuing.Batch(["C-1", "C-2"], done)
    batch.note(UID, "C-1")
    again = issuing.Batch(["C-1", "C-2"], done)
    assert list(again.open_contracts()) == ["C-2"]
    assert again.progress() == "1 of 2 issued"
    assert json.loads(done.read_text()) == {"uid": UID, "contract": "C-1"}
    with pytest.raises(CardError):
        issuing.Batch(["C-1", "C-1"], done)
    for torn in (b'{"uid": "04A1', b"[]", b'{"contract": "C-2"}', b'{"uid": "\xff"}'):
        done.write_bytes(json.dumps({"uid": UID, "contract": "C-1"}).encode() + b"\n" + torn)
        with pytest.raises(CardError, match="line 2: no card that was issued"):
            issuing.Batch(["C-1", "C-2"], done)
