"""The emulated bank card, read and authenticated by the terminal's dialogues; test numbers alone."""

from emulator.models import emv as model
from emulator.models.cards import RfidCard
from emulator.models.prng import Prng
from firmware.cards.emv import authentication, authorities, directory, identity, reading
from firmware.errors import CardError
from tests.firmware.cards.transcript import talk
from tests.portable import raises

PAN = "4761739001010119"
TODAY = (2026, 3)
VALUES = {
    0x9F66: bytes.fromhex("36004000"),
    0x9F02: bytes.fromhex("000000001000"),
    0x9F37: bytes.fromhex("a1b2c3d4"),
    0x5F2A: bytes.fromhex("0978"),
}


def make(method="CDA", behaves="", expires="2031-12", pan=PAN):
    return model.PaymentCard(pan, expires, Prng(6, "card"), method, behaves)


def keys(**changes):
    return authorities.Authorities([dict(model.authority_document(), **changes)])


def judged(card, values=None, today=TODAY, given=None):
    values = values or VALUES
    application = talk(reading.read(model.AID, values), card)
    return talk(authentication.authenticate(application, given or keys(), values, today), card)


def test_the_directory_lists_the_application():
    listed = talk(directory.read(), make())
    assert [(entry.aid, entry.priority, entry.label) for entry in listed] == [(model.AID, 1, "TEST")]
    assert talk(directory.tapped(), make()) == {"reason": "bank_card"}
    assert talk(directory.tapped(), RfidCard(b"\1\2\3\4")) is None


def test_every_method_proves_a_genuine_card():
    for method in ("SDA", "DDA", "CDA", "fDDA"):
        proof = judged(make(method))
        assert proof["method"] == method and proof["holds"] and proof["why"] is None
        assert not proof["is_expired"] and not proof["is_missing"]
    assert judged(make("none"))["holds"] is False


def test_a_card_of_another_number_or_validity_than_was_signed_does_not_hold():
    for method in ("SDA", "DDA", "CDA", "fDDA"):
        told = judged(make(method, "forged"))
        assert not told["holds"] and "changed" in told["why"]


def test_a_copy_without_the_key_of_the_card_does_not_hold():
    for method in ("DDA", "CDA", "fDDA"):
        assert not judged(make(method, "clone"))["holds"]


def test_a_signature_that_was_seen_before_does_not_hold():
    for method in ("DDA", "CDA", "fDDA"):
        card = make(method, "replay")
        assert judged(card)["holds"]
        card.present()
        fresh = dict(VALUES)
        fresh[0x9F37] = bytes.fromhex("00000001")
        assert not judged(card, fresh)["holds"]


def test_dates_are_judged_where_a_clock_is():
    assert "expired" in judged(make("DDA", expires="2026-02"))["why"]
    assert judged(make("DDA", expires="2026-03"))["holds"]
    assert judged(make("DDA", expires="2026-02"), today=None)["holds"]
    assert "expired" in judged(make("DDA"), given=keys(expires="2026-02"))["why"]


def test_a_key_that_nobody_gave_is_named():
    told = judged(make("DDA"), given=authorities.Authorities([]))
    assert "no CA key f1 of the scheme f04b494c4f" in told["why"]


def test_a_broken_ca_key_is_refused_by_its_checksum():
    document = model.authority_document()
    for name, wrong in (
        ("modulus", document["modulus"][:-2] + "01"),
        ("index", "f2"),
        ("checksum", "00"),
        ("exponent", "05"),
        ("expires", "2031-13"),
        ("rid", "a0"),
        ("rid", None),
    ):
        raises(CardError, keys, **{name: wrong})
    raises(CardError, authorities.Authorities, [document, document])
    raises(CardError, authorities.parse, b"{}")
    raises(CardError, authorities.parse, b"[{}]")


def test_the_number_is_masked_and_hashed():
    application = talk(reading.read(model.AID, VALUES), make())
    digits = identity.number(application.objects)
    assert digits == PAN
    assert identity.masked(digits) == "476173******0119"
    assert identity.masked("6799998900000200033") == "679999*********0033"
    assert identity.masked("12345678") == "****5678"
    key = bytes(range(32))
    assert (
        identity.keyed_hash(key, PAN) == identity.keyed_hash(key, PAN) != identity.keyed_hash(bytes(32), PAN)
    )
    assert PAN not in identity.keyed_hash(key, PAN)
    raises(CardError, identity.keyed_hash, b"short", PAN)
    assert identity.language(application.objects, ("en", "fr", "de")) == "de"
    assert identity.language({}, ("en",)) is None


def test_a_number_that_is_none_is_refused():
    for objects in (
        {},
        {0x5A: bytes.fromhex("47617390010101a8")},
        {0x5A: bytes.fromhex(PAN), 0x57: bytes.fromhex("5413330089010442d3112201")},
        {0x57: bytes.fromhex("47d3112201")},
        {0x5A: b""},
    ):
        raises(CardError, identity.number, objects)
    assert identity.number({0x57: bytes.fromhex("5413330089010442d3112201")}) == "5413330089010442"


def test_no_error_tells_the_number():
    for method in model.METHODS:
        for behaves in ("forged", "clone"):
            why = judged(make(method, behaves))["why"] or ""
            assert PAN not in why and PAN[6:] not in why


def test_both_formats_of_processing_options_and_broken_ones():
    # EMV Book 3, 6.5.8.4: 80 holds profile and list in a row, 77 holds them as objects.
    from tests.firmware.cards.transcript import played

    select = ("00a4040006f04b494c4f0100", "6f00" + "9000")
    for answer in ("800220009000", "77068202200094009000"):
        application = played(reading.read(model.AID, {}), select, ("80a8000002830000", answer))
        assert application.aip == b"\x20\0"
    for answer in ("80019000", "8001009000", "770082", "77009000", "70009000", "6985", "6700", "9000"):
        raises(CardError, played, reading.read(model.AID, {}), select, ("80a8000002830000", answer))


def test_a_list_of_records_names_records():
    # Book 3, 10.2: short file, first, last, how many of them are signed.
    assert reading.files(bytes.fromhex("0801010010010201")) == [(1, 1, False), (2, 1, True), (2, 2, False)]
    for bent in (
        "080101",
        "00010100",
        "f8010100",
        "08000100",
        "08020100",
        "08010102",
        "09010100",
        "0801ff00",
    ):
        raises(CardError, reading.files, bytes.fromhex(bent))


def test_candidates_come_by_priority_and_then_in_the_order_of_the_card():
    def entry(aid, priority):
        return directory.Entry(bytes.fromhex(aid), priority, 0, "")

    listed = [
        entry("a0000000041010", 2),
        entry("a0000000031010", 1),
        entry("a0000000250101", 16),
        entry("a00000000310", 1),
    ]
    chosen = directory.candidates(listed, (bytes.fromhex("a000000003"), bytes.fromhex("a00000000410")))
    assert [candidate.aid.hex() for candidate in chosen] == [
        "a0000000031010",
        "a00000000310",
        "a0000000041010",
    ]
