"""What `kilotap card read` makes of emulated cards: kinds, identities, and how far they were proved."""

from typing import Any

import pytest

from emulator.models import emv, vde
from emulator.models.cards import RfidCard
from emulator.models.prng import Prng
from firmware.cards import issuers
from firmware.cards.emv.authorities import Authorities
from firmware.errors import CardError
from tests.tools.cards.holding import (
    PAN,
    UID,
    bank_card,
    knowledge,
    secure,
    told,
)


class WithoutDirectory(emv.PaymentCard):
    """A card of a known scheme that has no directory and one record that cannot be read."""

    def transmit(self, command: bytes) -> bytes:
        if command[1] == 0xA4:
            is_ours = command[5 : 5 + command[4]] == bytes.fromhex("a000000003")
            command = bytes.fromhex("00a4040006" + emv.AID.hex() + "00") if is_ours else b"\0\xa4\4\0\1\0\0"
        if command[:4] == bytes.fromhex("00b20314"):
            return bytes.fromhex("6a83")
        response: bytes = super().transmit(command)
        return response


def test_a_bank_card_is_told_without_its_directory_and_without_all_of_its_records() -> None:
    found = told(WithoutDirectory(PAN, "2031-12", Prng(6, "card")), knowledge())
    assert (found["kind"], found["masked"], found["authenticated"]) == ("emv", "476173******0119", None)


class Scripted:
    """A card that answers what a script says, and else that it has no such application or command."""

    uid, atr = bytes.fromhex(UID), bank_card().atr

    def __init__(self, *script: tuple[str, str]):
        self._script = script

    def transmit(self, command: bytes) -> bytes:
        """Return the answer to the first beginning of a command that fits."""
        for begins, answer in self._script:
            if command.hex().startswith(begins):
                return bytes.fromhex(answer)
        return bytes.fromhex("6a82" if command[1] == 0xA4 else "6d00")


OPTIONS = ("80a8", "770e" + "82020000" + "9408" + "0801010010010100" + "9000")
TRACK = "5713" + PAN + "d31122010000000000000f"


def test_a_bank_card_that_is_selected_by_its_whole_name_alone_is_told() -> None:
    selected = ("00a4040007a0000000031010", "6f098407a00000000310109000")
    found = told(Scripted(selected, OPTIONS, ("00b2010c", "7015" + TRACK + "9000")), knowledge())
    assert (found["kind"], found["masked"]) == ("emv", "476173******0119")


def test_a_bank_card_with_contacts_is_told_by_its_directory() -> None:
    directory = ("00a404000e" + b"1PAY.SYS.DDF01".hex(), "6f058803a5038801019000".replace("058803", "05"))
    entry = ("00b2010c", "700b" + "6109" + "4f07a0000003330101" + "9000")
    selected = ("00a4040007a0000003330101", "6f098407a00000033301019000")
    record = ("00b20114", "7015" + TRACK + "9000")
    found = told(Scripted(directory, entry, selected, OPTIONS, record), knowledge())
    assert (found["kind"], found["masked"]) == ("emv", "476173******0119")


def test_a_record_in_another_template_is_good_enough_to_tell_what_a_card_is() -> None:
    selected = ("00a4040005a000000003", "6f098407a00000000310109000")
    found = told(Scripted(selected, OPTIONS, ("00b2010c", "7715" + TRACK + "9000")), knowledge())
    assert found["masked"] == "476173******0119"


def test_every_kind_of_card_is_told() -> None:
    authorities = Authorities([emv.authority_document()])
    found = [
        told(card, knowledge(authorities=authorities))
        for card in (RfidCard(bytes.fromhex(UID)), secure("genuine"), secure("hidden"), bank_card())
    ]
    assert [
        (row["kind"], row["identity"], row["level"], row["authenticated"], row["masked"]) for row in found
    ] == [
        ("rfid", UID, "HEARSAY", None, None),
        ("desfire", UID, "SECURE", "EV2 AES-128", None),
        ("desfire", UID, "SECURE", "EV2 AES-128", None),
        ("emv", None, None, "CDA", "476173******0119"),
    ]
    clone = told(secure("clone"), knowledge())
    assert clone["identity"] is None and "not genuine" in clone["why"]
    assert told(RfidCard(bytes.fromhex("08112233")), knowledge())["kind"] == "phone"
    assert "no CA keys" in told(bank_card(), knowledge())["why"]


def test_a_bank_card_that_declines_is_told_all_the_same() -> None:
    card = emv.PaymentCard(PAN, "2031-12", Prng(6, "card"), "CDA", emv.DECLINES)
    assert told(card, knowledge(authorities=Authorities([emv.authority_document()]))) == {
        "kind": "emv",
        "identity": None,
        "level": None,
        "authenticated": None,
        "masked": "476173******0119",
        "why": "the card declines this payment (an AAC)",
    }


def certified(kind: str) -> Any:
    return vde.make({"uid": UID, "subject": "DE-KTP-C00001-K", "secure": kind}, Prng(3, "card"))


def test_a_card_with_a_certificate_is_told_by_the_name_in_it() -> None:
    known = knowledge(of_cards=issuers.parse(vde.issuers_file()))
    shown: list[str] = []
    assert told(certified("genuine"), known, shown) == {
        "kind": "vde",
        "identity": "DE-KTP-C00001-K",
        "level": "SECURE",
        "authenticated": "X.509, ECDSA brainpoolP256r1",
        "masked": None,
        "why": None,
    }
    text = "\n".join(shown)
    assert "READ CERTIFICATE, piece 1" in text and "  SIGN" in text
    said = "certificate of DE-KTP-C00001-K from 2020-01-01T00:00:00Z until 2099-12-31T23:59:59Z"
    assert shown.count("    " + said) == 1
    cut: list[str] = []
    told(certified("truncated"), known, cut)
    assert any("the certificate cannot be read: it announces" in line for line in cut)
    for kind in vde.KINDS[1:]:
        found = told(certified(kind), known)
        assert (found["kind"], found["identity"], found["authenticated"]) == ("vde", None, None)
        assert found["why"]
    unproved = told(certified("genuine"), knowledge())
    assert unproved["identity"] is None
    assert "names DE-KTP-C00001-K" in unproved["why"] and "--card-issuers" in unproved["why"]


def test_an_index_of_a_ca_key_tells_no_number_either() -> None:
    with pytest.raises(CardError, match="has 8 bytes, not 1") as raised:
        Authorities([]).find(emv.AID, bytes.fromhex(PAN), None)
    assert PAN[6:-4] not in str(raised.value)
