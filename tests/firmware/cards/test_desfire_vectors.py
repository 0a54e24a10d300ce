"""EV2 authentication and secure messaging, byte by byte as NXP's application note AN12196 tells them."""

from firmware.cards import desfire
from firmware.errors import CardError
from hal.common import aes
from tests.firmware.cards.transcript import played
from tests.portable import raises

ZERO_KEY = bytes(16)

# Tables 14 and 19: key number, E(RndB), RndA, E(RndA, RndB rotated), the card's proof, TI, both session keys.
FIRST = (
    (
        0,
        "a04c124213c186f22399d33ac2a30215",
        "13c5db8a5930439fc3def9a4c675360f",
        "35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d",
        "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f08120663",
        "9d00c4df",
        "1309c877509e5a215007ff0ed19ca564",
        "4c6626f5e72ea694202139295c7a7fc7",
    ),
    (
        3,
        "b875ceb0e66a6c5cd00898dc371f92d1",
        "b98f4c50cf1c2e084fd150e33992b048",
        "ff0306e47dfbc50087c4d8a78e88e62de1e8be457aa477c707e2f0874916a8b1",
        "0cc9a8094a8eea683ecaac5c7bf20584206d0608d477110fc6b3d5d3f65c3a6a",
        "7614281a",
        "7a93d6571e4b180fca6ac90c9a7488d4",
        "fc4af159b62e549b5812394cab1918cc",
    ),
)


# RndA of table 23, rotated by one byte.
ROTATED = "be759eda560250ac57cddc11743cf660"


def fixed(hexadecimal):
    return lambda count: bytes.fromhex(hexadecimal)


def first(vector, proof=None):
    number, challenge, own, answer, told = vector[:5]
    return played(
        desfire.authenticate(aes, number, ZERO_KEY, fixed(own)),
        ("9071000002" + "%02x0000" % number, challenge + "91af"),
        ("90af000020" + answer + "00", (proof or told) + "9100"),
    )


def channel(keys=FIRST[0], counter=0):
    return desfire.Channel(
        aes, bytes.fromhex(keys[6]), bytes.fromhex(keys[7]), bytes.fromhex(keys[5]), counter
    )


def test_authenticate_first_says_and_derives_what_the_note_does():
    for vector in FIRST:
        made, told = first(vector), channel(vector)
        assert made.identifier == told.identifier
        # The same code and the same encryption: so the session keys are the published ones.
        assert made.sealed(0x5F, b"\2", b"text", desfire.FULL) == told.sealed(
            0x5F, b"\2", b"text", desfire.FULL
        )


def test_authenticate_non_first_goes_on_with_the_transaction():
    # 5.14, table 23: key 0 in the transaction of table 19. The note gives the proof of RndA' no bytes of its
    # own here; E(K0, RndA') follows from its RndA.
    proof = aes.encrypt_cbc(ZERO_KEY, bytes(16), bytes.fromhex(ROTATED))
    made = played(
        desfire.authenticate(
            aes, 0, ZERO_KEY, fixed("60be759eda560250ac57cddc11743cf6"), channel(FIRST[1], 2)
        ),
        ("90770000010000", "a6a2b3c572d06c097bb8db70463e22dc91af"),
        (
            "90af000020be7d45753f2cab85f34bc60ce58b940763fe969658a532df6d95ea2773f6e99100",
            proof.hex() + "9100",
        ),
    )
    keys = (0, 0, 0, 0, 0, "7614281a", "4cf3cb41a22583a61e89b158d252fc53", "5529860b2fc5fb6154b7f28361d30bf9")
    assert (made.identifier.hex(), made.counter) == ("7614281a", 2)
    assert made.sealed(0xC4, b"\2", b"text", 3) == channel(keys, 2).sealed(0xC4, b"\2", b"text", 3)


def test_a_command_in_full_mode_is_that_of_the_note():
    # 5.9, table 18: ChangeFileSettings of file 2 as the second command, and the code of its answer.
    opened = channel(counter=1)
    told = played(
        opened.ask(0x5F, b"\2", bytes.fromhex("4000e0c1f121200000430000430000"), desfire.FULL),
        ("905f0000190261b6d97903566e84c3ae5274467e89ead799b7c1a0ef7a0400", "57bff87b1241e93d9100"),
    )
    assert told == b""
    assert opened.counter == 2


def test_a_changed_answer_is_not_taken():
    command = "905f0000190261b6d97903566e84c3ae5274467e89ead799b7c1a0ef7a0400"
    for answer in ("57bff87b1241e93c9100", "9100", "0057bff87b1241e93d9100"):
        dialogue = channel(counter=1).ask(
            0x5F, b"\2", bytes.fromhex("4000e0c1f121200000430000430000"), desfire.FULL
        )
        raises(desfire.NotGenuine, played, dialogue, (command, answer))


def test_a_card_that_proves_another_number_is_not_genuine():
    other = FIRST[0][4][:-2] + "00"
    raises(desfire.NotGenuine, first, FIRST[0], FIRST[1][4])
    # The last byte holds capabilities that nobody checks, but it lies in one block with the number's end.
    raises(desfire.NotGenuine, first, FIRST[0], other)


def test_what_is_no_desfire_and_what_breaks_off_is_refused():
    begin = "9071000002000000"
    for answer in ("6d00", "91ae", "9140", "a04c91af", "6982"):
        dialogue = desfire.authenticate(aes, 0, ZERO_KEY, fixed(FIRST[0][2]))
        raises(CardError, played, dialogue, (begin, answer))


def test_padding_is_held():
    assert desfire.padded(b"") == b"\x80" + bytes(15)
    assert len(desfire.padded(bytes(16))) == 32
    assert desfire.unpadded(desfire.padded(b"text")) == b"text"
    for bent in (b"", bytes(16), b"\x80" + bytes(16), bytes(15) + b"\1"):
        raises(CardError, desfire.unpadded, bent)
