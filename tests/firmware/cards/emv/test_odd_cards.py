"""Cards that broke other readers, rebuilt with test numbers: what they say is shaped as reported there.

python-emv#22: a tag twice in a PDOL. proxmark3#1094: no length wanted back, 6700. proxmark3#3171: everything
with the processing options. cardpeek#76: two applications of American Express. tomkp/emv#82: 61xx and 6Cxx.
"""

from firmware.cards import dol
from firmware.cards.emv import directory, identity, reading
from firmware.errors import CardError
from tests.firmware.cards.transcript import played
from tests.portable import raises

VISA, AMEX = bytes.fromhex("a0000000031010"), bytes.fromhex("a000000025010801")
SELECT_VISA = "00a4040007a000000003101000"
VALUES = {
    0x9F66: bytes.fromhex("21004000"),
    0x9F02: bytes.fromhex("000000005000"),
    0x9F1A: bytes.fromhex("0276"),
    0x5F2A: bytes.fromhex("0978"),
    0x9A: bytes.fromhex("260328"),
    0x9F37: bytes.fromhex("a1b2c3d4"),
    0x95: bytes(5),
}
TRACK = "57134761739001010119d31122010000000000000f"
READ_1 = "00b2010c00"


def template(tag, *parts):
    """Return in hex a template of up to 255 bytes around parts in hex."""
    content = bytes.fromhex("".join(parts))
    size = bytes((len(content),)) if len(content) < 0x80 else bytes((0x81, len(content)))
    return tag + size.hex() + content.hex()


def selected(pdol=""):
    """Return the answer to a selection, with a PDOL in hex."""
    wanted = "9f38%02x%s" % (len(pdol) // 2, pdol) if pdol else ""
    return template("6f", "8407a0000000031010", template("a5", "500456495341", wanted)) + "9000"


def test_a_tag_that_is_wanted_twice_is_told_twice():
    pdol = "9f66049f02069f03069f1a0295055f2a029a039c019f37049a03"
    assert dol.parse(bytes.fromhex(pdol))[-1] == (0x9A, 3) and len(dol.parse(bytes.fromhex(pdol))) == 10
    told = "21004000" + "000000005000" + "0" * 12 + "0276" + "0" * 10 + "0978" + "260328" + "00" + "a1b2c3d4"
    told += "260328"
    options = "80a8000026" + "8324" + told + "00"
    application = played(
        reading.read(VISA, VALUES), (SELECT_VISA, selected(pdol)), (options, "77068202200094009000")
    )
    assert application.pdol.hex() == told


def test_a_card_without_wishes_is_asked_with_a_length_wanted_back():
    played(
        reading.read(VISA, VALUES), (SELECT_VISA, selected()), ("80a8000002830000", "77068202200094009000")
    )


def test_a_card_that_tells_all_with_its_options_is_asked_no_record():
    cryptogram = "9f260800112233445566779f3602028f"
    options = template("77", "82022000", TRACK, "5f340100", "9f10071f220000000000", cryptogram)
    application = played(
        reading.read(VISA, {}), (SELECT_VISA, selected()), ("80a8000002830000", options + "9000")
    )
    assert identity.number(application.objects) == "4761739001010119"
    assert application.objects[0x9F36].hex() == "028f" and application.static == b""


def test_a_card_that_wants_nothing_of_what_it_lists_is_asked_again_without():
    pdol = "9f66049f0206"
    application = played(
        reading.read(VISA, VALUES),
        (SELECT_VISA, selected(pdol)),
        ("80a800000c" + "830a" + "21004000000000005000" + "00", "6700"),
        ("80a8000002830000", template("77", "82022000", TRACK) + "9000"),
    )
    assert application.pdol == b""


def test_lengths_that_the_card_corrects_and_answers_in_parts():
    record = template("70", TRACK, "5f2403311231")
    application = played(
        reading.read(VISA, {}),
        (SELECT_VISA, selected()),
        ("80a8000002830000", "6108"),
        ("00c0000008", "77068202200094009000"),
    )
    assert application.aip.hex() == "2000"
    body = bytes.fromhex(record)
    half = len(body) // 2
    application = played(
        reading.read(VISA, {}),
        (SELECT_VISA, selected()),
        ("80a8000002830000", template("80", "2000", "08010100") + "9000"),
        (READ_1, "6c%02x" % len(body)),
        ("00b2010c%02x" % len(body), body[:half].hex() + "61%02x" % (len(body) - half)),
        ("00c00000%02x" % (len(body) - half), body[half:].hex() + "9000"),
    )
    assert identity.number(application.objects) == "4761739001010119"


def test_two_applications_of_one_scheme_are_listed_in_the_cards_order():
    entries = [
        template("61", "4f08a000000025010801", "5010414d45524943414e2045585052455353", "870101"),
        template("61", "4f07a0000000291010", "5010414d45524943414e2045585052455353", "870102"),
    ]
    ppse = template("6f", "840e" + directory.PPSE.hex(), template("a5", template("bf0c", *entries)))
    listed = played(directory.read(), ("00a404000e" + directory.PPSE.hex() + "00", ppse + "9000"))
    assert [(entry.aid, entry.kernel) for entry in listed] == [
        (AMEX, 4),
        (bytes.fromhex("a0000000291010"), 0),
    ]


def test_a_record_that_cannot_be_read_ends_a_payment_and_not_a_recognition():
    script = (
        (SELECT_VISA, selected()),
        ("80a8000002830000", template("80", "2000", "08010300") + "9000"),
        (READ_1, template("70", TRACK) + "9000"),
        ("00b2020c00", "6a83"),
    )
    raises(CardError, played, reading.read(VISA, {}), *script)
    application = played(reading.read(VISA, {}, False), *(script + (("00b2030c00", "6885"),)))
    assert identity.number(application.objects) == "4761739001010119"


def test_numbers_of_every_length_are_known_also_from_the_stripes_track():
    for objects, digits in (
        ({0x57: bytes.fromhex("374245455400126d31122010000000000f")}, "374245455400126"),
        ({0x5A: bytes.fromhex("6799998900000200036f")}, "6799998900000200036"),
        ({0x9F6B: bytes.fromhex("5413330089020011d31122010000000000000f")}, "5413330089020011"),
        # What makes a number anonymous breaks its check digit, and some issuers' have none.
        ({0x57: bytes.fromhex("4999999999999999d1509201000000000000f0")}, "4999999999999999"),
    ):
        assert identity.number(objects) == digits


def test_a_locked_card_is_told_by_its_own_word():
    refused = raises(reading.Refused, played, reading.read(VISA, {}), (SELECT_VISA, "6985"))
    assert refused.status == 0x6985
    refused = raises(reading.Refused, played, reading.read(VISA, {}), (SELECT_VISA, selected()[:-4] + "6283"))
    assert refused.status == reading.BLOCKED and "blocked" in str(refused)
