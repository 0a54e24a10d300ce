"""The emulated DESFire card, asked by the terminal's own dialogues: the genuine one, clones, and liars."""

from emulator.models import desfire as model
from emulator.models.cards import RfidCard
from emulator.models.prng import Prng
from firmware.cards import card_keys, cmac, desfire, secure_rfid, status
from firmware.errors import CardError
from hal.common import aes
from tests.firmware.cards.transcript import talk
from tests.portable import raises

UID = bytes.fromhex("04a1b2c3d4e580")
AID = bytes.fromhex("f54b54")
MASTER = bytes(range(16))
PRIVACY = bytes(range(16, 32))
CONTRACT = b"DE-KTP-C00001-K"
FILE_BYTES = 32
DOCUMENT = {
    "aid": AID.hex(),
    "key": 1,
    "master": MASTER.hex(),
    "system": "4b54",
    "contract": {"file": 1, "bytes": FILE_BYTES, "mode": "full"},
    "privacy": {"key": 2, "value": PRIVACY.hex()},
}


def keys(**changes):
    document = dict(DOCUMENT)
    document.update(changes)
    return card_keys.CardKeys(document)


def card_key(uid=UID):
    return cmac.diversified(aes, MASTER, uid + AID + b"KT")


def make(uid=UID, key=None, mode=desfire.FULL, is_private=False, content=None):
    content = CONTRACT + bytes(FILE_BYTES - len(CONTRACT)) if content is None else content
    files = {1: model.File(mode, 1, 0, content)}
    application = model.Application([bytes(16), key or card_key(), PRIVACY], files)
    return model.SecureDesfireCard(uid, aes, Prng(3, "card"), {AID: application}, is_private)


def random(count):
    return Prng(4, "terminal").random_bytes(count)


def identified(card, given=None):
    return talk(secure_rfid.identify(given or keys(), aes, random, card.uid), card)


def told_of(card, given=None):
    return talk(secure_rfid.tapped(given or keys(), aes, random, card.uid), card)


def test_a_genuine_card_is_known_by_its_uid_and_says_its_contract():
    found = identified(make())
    assert found["token"] == {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "SECURE"}
    assert found["contract"] == "DE-KTP-C00001-K"


def test_a_file_in_mac_mode_is_read_too():
    given = keys(contract={"file": 1, "bytes": FILE_BYTES, "mode": "mac"})
    assert identified(make(mode=desfire.MAC), given)["contract"] == "DE-KTP-C00001-K"


def test_a_long_file_comes_in_frames():
    content = b"A" * 200
    given = keys(contract={"file": 1, "bytes": 200})
    assert identified(make(content=content), given)["contract"] == "A" * 200


def test_a_card_that_hides_its_uid_is_known_by_the_one_behind_it():
    card = make(is_private=True)
    shown = set()
    for _ in range(3):
        shown.add(card.present())
        assert identified(card)["token"]["uid"] == "04A1B2C3D4E580"
    assert len(shown) == 3
    document = dict(DOCUMENT)
    del document["privacy"]
    raises(CardError, identified, card, card_keys.CardKeys(document))


def test_a_clone_with_the_right_uid_and_another_key_is_not_genuine():
    for key in (bytes(16), MASTER, card_key(bytes.fromhex("04a1b2c3d4e581"))):
        raises(desfire.NotGenuine, identified, make(key=key))
        assert told_of(make(key=key)) == {"reason": "not_genuine"}


def test_a_clone_that_hides_behind_a_random_uid_is_not_genuine():
    # It knows the privacy key, which all cards have, and claims the UID of another one.
    clone = make(uid=bytes.fromhex("04a1b2c3d4e581"), key=card_key(), is_private=True)
    assert told_of(clone) == {"reason": "not_genuine"}


def test_one_key_for_all_cards_proves_the_uid_by_the_card_itself():
    given = keys(diversified=False)
    assert identified(make(key=MASTER), given)["token"]["level"] == "SECURE"
    copy = make(key=MASTER)
    copy.uid = bytes.fromhex("04a1b2c3d4e581")
    raises(desfire.NotGenuine, identified, copy, given)


def test_a_card_without_the_application_says_nothing():
    assert identified(model.SecureDesfireCard(UID, aes, Prng(3, "card"))) is None
    assert identified(RfidCard(UID)) is None
    assert told_of(RfidCard(UID)) is None


class Bent:
    """A card one of whose responses is changed."""

    def __init__(self, card, number, change):
        self.uid = card.uid
        self._card = card
        self._number = number
        self._change = change
        self.asked = 0

    def transmit(self, command):
        response = self._card.transmit(command)
        self.asked += 1
        return self._change(response) if self.asked == self._number else response


def test_no_change_of_any_answer_gets_through():
    # Every byte of every answer of the dialogue with one bit flipped; answers with more, and with nothing.
    sizes = []

    def measured(response):
        sizes.append(len(response))
        return response

    for number in (1, 2, 3, 4):
        identified(Bent(make(), number, measured))
    assert sizes == [2, 18, 34, 58]
    for number in (1, 2, 3, 4):
        changes = [lambda response: b"", lambda response: response[-2:-1], lambda response: b"\0" + response]
        for i in range(sizes[number - 1]):
            changes.append(lambda response, i=i: response[:i] + bytes((response[i] ^ 1,)) + response[i + 1 :])
        for change in changes:
            told = told_of(Bent(make(), number, change))
            # A card that does not have the application selected is another card, and no secure one.
            assert told in ({"reason": "not_genuine"}, {"reason": "card_error"}) or (
                number == 1 and told is None
            )


def test_the_card_itself_holds_its_rules():
    card = make()

    def told(hexadecimal):
        return card.transmit(bytes.fromhex(hexadecimal)).hex()

    assert told("9051000000") == "91ae"  # GetCardUID asks for an authentication
    assert told("905a0000030000f000") == "91a0"
    assert told("905a000003544bf500") == "9100"
    assert told("90bd0000070100000020000000") == "91ae"
    assert told("9071000002070000") == "9140"
    assert told("90770000010100") == "919d"
    assert told("90af000000") == "91ca"
    assert told("90ee000000") == "911c"
    assert told("90710000") == "6d00"
    assert told("00a4040007d276000085010100") == "6a82"


def test_card_keys_name_what_is_wrong_and_no_key():
    for name, given in (
        ("aid", {"aid": "f54b"}),
        ("master", {"master": "secret" * 5}),
        ("key", {"key": 14}),
        ("mode", {"contract": {"file": 1, "bytes": 32, "mode": "plain"}}),
        ("bytes", {"contract": {"file": 1, "bytes": 0}}),
        ("contract", {"contract": 1}),
        ("value", {"privacy": {"key": 1}}),
        ("known", {"masterr": "00"}),
    ):
        error = raises(CardError, keys, **given)
        assert name in str(error) and "secret" not in str(error)
    raises(CardError, card_keys.parse, b"[]")
    raises(CardError, card_keys.parse, b"{")


def test_a_contract_is_printable():
    assert secure_rfid.contract_text(b"A-1\0\0") == "A-1"
    for bent in (b"", b"\0\0", b"A 1", b"A\xff", b"A\0B"):
        raises(CardError, secure_rfid.contract_text, bent)


def test_a_pulled_card_ends_the_dialogue_and_starts_nothing():
    def pulled(at):
        card = make()
        asked = []

        def transmit(command):
            asked.append(command)
            if len(asked) == at:
                raise OSError(19, "the card was taken away")
            return SecureTransmit(command)

        SecureTransmit = card.transmit
        holder = type("Holder", (), {})()
        holder.uid, holder.transmit = card.uid, transmit
        return told_of(holder)

    for at in range(1, 5):
        raises(OSError, pulled, at)


def test_the_uid_of_the_reader_is_asked_without_the_card():
    assert make().transmit(status.GET_UID) == UID + b"\x90\x00"
