"""What `kilotap card trace` shows of emulated cards, and that a card number is in none of it."""

import base64

import pytest

from emulator.models import emv
from firmware.cards import tlv
from firmware.cards.emv.authorities import Authorities
from tests.tools.cards.holding import (
    PAN,
    UID,
    bank_card,
    knowledge,
    told,
)
from tools.cards import masking, tracing


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
