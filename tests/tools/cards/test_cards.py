"""What `kilotap card` makes of cards, over the emulated ones: recognised, traced, listed, issued."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.models import card_issuer, emv, vde
from emulator.models.cards import RfidCard
from emulator.models.desfire import SecureDesfireCard
from emulator.models.prng import Prng
from firmware.cards import card_keys, desfire, issuers, secure_rfid, tlv
from firmware.cards.desfire import NotGenuine
from firmware.cards.emv.authorities import Authorities
from firmware.errors import CardError
from hal.common.aes import Aes
from hal.common.conversation import carry
from tests.firmware.cards.transcript import played, talk
from tools.cards import issuing, masking, recognising, tracing, uid_lists

UID = "04A1B2C3D4E580"
PAN = "4761739001010119"
KEYS = card_keys.CardKeys(card_issuer.KEYS)


def chance(count: int) -> bytes:
    return Prng(11, "tools").random_bytes(count)


class Held:
    """An emulated card as a reader port gives it; it can be pulled at a command."""

    def __init__(self, card: Any, pulled_at: int = 0):
        self.uid, self.atr = card.uid, card.atr
        self._card, self._pulled_at, self._asked = card, pulled_at, 0

    async def transmit(self, apdu: bytes) -> bytes:
        self._asked += 1
        if self._asked == self._pulled_at:
            raise OSError(19, "the card was taken away")
        return bytes(self._card.transmit(apdu))

    async def converse(self, dialogue: Any) -> Any:
        return await carry(dialogue, self.transmit)


def knowledge(keys: Any = KEYS, authorities: Any = None, of_cards: Any = None) -> recognising.Knowledge:
    return recognising.Knowledge(
        keys, Aes(), authorities, chance, (2026, 3), of_cards, "2026-03-28T16:59:00Z"
    )


def told(card: Any, known: recognising.Knowledge, shown: list[str] | None = None) -> dict[str, Any]:
    lines = [] if shown is None else shown
    watched = lambda dialogue: tracing.traced(dialogue, lines.append)  # noqa: E731
    return asyncio.run(recognising.recognise(Held(card), known, watched))


def secure(kind: str) -> Any:
    return card_issuer.make({"kind": "desfire", "uid": UID, "secure": kind}, Prng(3, "card"))


def bank_card(method: str = "CDA") -> Any:
    return emv.PaymentCard(PAN, "2031-12", Prng(6, "card"), method)


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


def test_a_trace_names_tags_and_hides_the_number_in_every_spelling() -> None:
    for method in emv.METHODS:
        shown: list[str] = []
        told(bank_card(method), knowledge(None, Authorities([emv.authority_document()])), shown)
        text = "\n".join(shown)
        assert "SELECT 2PAY.SYS.DDF01" in text and "5A card number: 476173******0119" in text
        for spelling in spellings(PAN):
            assert spelling.lower() not in text.lower()


def test_no_card_certificate_is_shown_for_anybody_could_open_it() -> None:
    shown: list[str] = []
    told(bank_card("DDA"), knowledge(None, Authorities([emv.authority_document()])), shown)
    assert any("9F46" in line and "hidden" in line for line in shown)


def spellings(digits: str) -> list[str]:
    """Return a number as text, as BCD, and the base64 of both at every alignment."""
    found = [digits, digits.encode().hex(), digits[6:-4]]
    for octets in (digits.encode(), bytes.fromhex(digits)):
        for shift in range(3):
            # Letters at both ends hold bits of neighbours.
            found.append(base64.b64encode(b"\0" * shift + octets).decode()[4:-4])
    return found


def test_an_answer_that_is_no_tlv_is_not_shown() -> None:
    assert PAN not in answered("00b2010c00", PAN.encode())
    assert "hidden" in answered("00b2010c00", bytes.fromhex("7013" + "df0110") + PAN.encode())


def answered(command: str, body: bytes, status: str = "9000") -> str:
    """Return what a trace shows of one answer."""
    response = body + bytes.fromhex(status)
    return "\n".join(tracing.told_response(bytes.fromhex(command), response, masking.Mask()))


# 16, 15 and 19 digits, and one full of zeros.
PANS = (PAN, "374245455400126", "6799998900000200036", "4000000000000002")


def written(pan: str) -> list[bytes]:
    """Return a number as cards could write it: BCD from either nibble on, text, UTF-16, and turned."""
    even, odd = pan + "f" * (len(pan) % 2), "f" + pan + "f" * ((len(pan) + 1) % 2)
    forms = [bytes.fromhex(even), bytes.fromhex(odd), pan.encode(), pan.encode().hex().encode()]
    forms += [pan.encode("utf-16-le"), pan.encode("utf-16-be"), pan[::-1].encode(), bytes.fromhex(even)[::-1]]
    return forms


@pytest.mark.parametrize("pan", PANS)
def test_a_number_is_hidden_in_whatever_object_and_nest_a_card_puts_it(pan: str) -> None:
    names = sorted(
        {*tracing.TAGS, *masking.HIDDEN, 0xD2, 0xDF01, 0x9F6E, 0x9F5B, 0x5F53, 0x5F50, 0xFFFF01, 0x9F7C}
    )
    for form in written(pan):
        for name in names:
            if tlv.is_constructed(name):
                continue
            for nest in ((), (0x70,), (0x6F, 0xA5, 0xBF0C), (0xE1, 0xFF01)):
                content = tlv.encode(name, form)
                if name in (masking.RECORDS, *masking.NAMES, *masking.FILLED):
                    # These may hold any digits: a number in them is known by its own object.
                    content += tlv.encode(0x5A, bytes.fromhex(pan + "f" * (len(pan) % 2)))
                for outer in reversed(nest):
                    content = tlv.encode(outer, content)
                for status in ("9000", "6283", "6a82"):
                    assert_hidden(pan, answered("00a4040000", content, status), hex(name))
        for command in ("00b2010c00", "905a000003f54b5400", "8002000000", "8003000000", "00c0000010"):
            assert_hidden(pan, answered(command, form), command)
            assert_hidden(pan, answered(command, b"\x70\x05" + form), command)


def assert_hidden(pan: str, shown: str, where: str) -> None:
    """Hold what is shown against every spelling, but for the one masked form."""
    left = shown.lower().replace("*", "x")
    for form in (pan, *(form.hex() for form in written(pan))):
        middle = form[8:-8] if len(form) > 24 else form[6:-4]
        assert middle not in left, (where, shown)


def test_what_is_no_number_is_shown() -> None:
    visa = tlv.encode(0x50, b"VISA CREDIT") + tlv.encode(0x84, bytes.fromhex("a000000025010801"))
    shown = answered("00a4040000", visa)
    assert b"VISA CREDIT".hex().upper() in shown and "A000000025010801" in shown
    options = (
        "940c080101001001010118010200"
        + "9f10120110a00009248400000000000000000029ff"
        + "8e0c00000000000000005e031f03"
    )
    shown = answered("80a8000000", bytes.fromhex("77%02x" % (len(options) // 2) + options))
    assert "hidden" not in shown and "0801010010010101" in shown and "0110A000092484" in shown
    assert UID in answered("ffca000000", bytes.fromhex(UID))


def test_an_index_of_a_ca_key_tells_no_number_either() -> None:
    with pytest.raises(CardError, match="has 8 bytes, not 1") as raised:
        Authorities([]).find(emv.AID, bytes.fromhex(PAN), None)
    assert PAN[6:-4] not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "order", "form", "uid"),
    [
        ("04:a1:b2:c3:d4:e5:80", "as-read", "hex", UID),
        ("80 E5 D4 C3 B2 A1 04", "reversed", "hex", UID),
        ("287454020", "as-read", "decimal4", "11223344"),
        ("1144201745", "reversed", "decimal4", "11223344"),
        (str(int(UID, 16)), "as-read", "decimal7", UID),
    ],
)
def test_lists_of_other_systems_come_into_one_form(given: str, order: str, form: str, uid: str) -> None:
    assert uid_lists.canonical(given, order, form) == uid


def test_what_is_no_uid_is_named_with_its_line() -> None:
    lines = uid_lists.normalise(["# ours", UID, "", "xyz", "08112233", UID.lower(), "0102"], "as-read", "hex")
    assert [(line.number, line.uid) for line in lines] == [
        (2, UID),
        (4, None),
        (5, None),
        (6, None),
        (7, None),
    ]
    assert "line 2" in str(lines[3].why)
    for given, form in (
        ("4294967296", "decimal4"),
        ("-1", "decimal4"),
        ("１２", "decimal4"),
        ("1" * 5000, "decimal7"),
    ):
        with pytest.raises(CardError):
            uid_lists.canonical(given, "as-read", form)


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
