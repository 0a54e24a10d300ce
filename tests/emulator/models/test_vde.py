"""The emulated card after VDE-AR-E 2532-100, asked by the terminal's own dialogue: the genuine and others."""

import hashlib

from emulator.models import card_issuer, vde
from emulator.models.cards import DesfireCard, RfidCard
from emulator.models.prng import Prng
from firmware.cards import issuers, status
from firmware.cards import vde as dialogue
from firmware.crypto import curve, x509
from firmware.errors import CardError
from tests.firmware.cards.transcript import talk
from tests.portable import raises

UID = "04A1B2C3D4E580"
SUBJECT = "DE-KTP-C00001-K"
NOW = "2026-03-28T16:59:00Z"
AUTHORITIES = issuers.parse(vde.issuers_file())


def make(kind, subject=SUBJECT):
    return vde.make({"uid": UID, "subject": subject, "secure": kind}, Prng(3, "card"))


def random(count):
    return Prng(4, "terminal").random_bytes(count)


def claimed(card):
    return talk(dialogue.claimed(random), card)


def proved(card, now=NOW, authorities=AUTHORITIES):
    return curve.finish(dialogue.proved_steps(claimed(card), authorities, now))


def told(card, now=NOW):
    return curve.finish(dialogue.tapped(claimed(card), AUTHORITIES, now))


def test_a_genuine_card_is_known_by_the_contract_in_its_certificate():
    assert proved(make(vde.GENUINE)) == {"type": "EVCOID", "uid": SUBJECT, "level": "SECURE"}
    assert proved(make(vde.GENUINE), now=None)["uid"] == SUBJECT


def test_the_commands_are_those_of_the_standard():
    asked = []
    card = make(vde.GENUINE)

    class Watched:
        def transmit(self, command):
            asked.append(command.hex())
            return card.transmit(command)

    claimed(Watched())
    assert asked == [
        "00a4040010a000000845000000000000000000000100",
        "8002000000",
        "8002010000",
        "80030c0920" + random(32).hex() + "00",
    ]


def test_whoever_is_not_genuine_is_refused_with_the_reason():
    for kind, reason, word in (
        (vde.CLONE, "not_genuine", "copy"),
        (vde.FORGED, "not_genuine", "has not signed"),
        (vde.FOREIGN, "unknown_issuer", "known here"),
        (vde.EXPIRED, "card_expired", "until 2021-01-01T00:00:00Z"),
        (vde.TRUNCATED, "not_genuine", "announces"),
        (vde.TRAILING, "not_genuine", "1 bytes follow"),
    ):
        error = raises(dialogue.NotProved, proved, make(kind))
        assert error.reason == reason and word in str(error), (kind, str(error))
        assert told(make(kind)) == {"reason": reason}
    assert told(make(vde.GENUINE), "2019-12-31T23:59:59Z") == {"reason": "not_yet_valid"}
    # With no clock no date is judged: a driver is not turned away because the charger lost its time.
    assert told(make(vde.EXPIRED), None) == {"token": {"type": "EVCOID", "uid": SUBJECT, "level": "SECURE"}}


def test_another_card_says_nothing():
    uid = bytes.fromhex(UID)
    secure = card_issuer.make({"uid": UID, "secure": "genuine"}, Prng(3, "card"))
    for card in (DesfireCard(uid), RfidCard(uid), secure):
        assert claimed(card) is None


class Bent:
    """A card one of whose responses is changed."""

    def __init__(self, card, number, change):
        self._card, self._number, self._change = card, number, change

    def transmit(self, command):
        response = self._card.transmit(command)
        self._number -= 1
        return self._change(response) if self._number == 0 else response


def flipped(at):
    return lambda response: response[:at] + bytes((response[at] ^ 1,)) + response[at + 1 :]


def test_no_change_of_an_answer_gets_through():
    honest = make(vde.GENUINE)
    sizes = []
    for number in (2, 3, 4):
        claimed(Bent(honest, number, lambda response: sizes.append(len(response)) or response))
    assert sizes[0] == 258 and sizes[2] == 66
    for number, size in ((2, sizes[0]), (3, sizes[1]), (4, sizes[2])):
        # Each seventh byte: a signature is verified for each bit that does not already make it unreadable.
        for at in range(0, size - 2, 7):
            error = raises(CardError, proved, Bent(honest, number, flipped(at)))
            assert isinstance(error, dialogue.NotProved), str(error)


def test_a_card_that_breaks_off_is_a_card_error():
    for number in (2, 4):
        raises(CardError, claimed, Bent(make(vde.GENUINE), number, lambda response: b"\x69\x85"))
    for change in (lambda response: b"", lambda response: b"\x90"):
        raises(CardError, claimed, Bent(make(vde.GENUINE), 2, change))


def test_a_certificate_comes_also_in_answers_that_have_more():
    # ISO/IEC 7816-4, 5.6: a card that gives a whole file says 61xx; its second file is its issuer's.
    root = vde.authority()
    between = vde.Authority("Between", hashlib.sha256(b"between").digest())
    own = root.issued("Between", between._key.public, vde.BEGINS, vde.ENDS, is_authority=True)
    key = vde.KeyPair(hashlib.sha256(b"card").digest())
    leaf = between.issued(SUBJECT, key.public, vde.BEGINS, vde.ENDS)

    class InFiles(vde.VdeCard):
        rest = b""

        def transmit(self, command):
            if command[:2] == b"\x80\x02":
                self.rest = (leaf, own)[command[2]]
            elif command[1] != 0xC0:
                return super().transmit(command)
            piece, self.rest = self.rest[:200], self.rest[200:]
            return piece + (bytes((0x61, min(255, len(self.rest)))) if self.rest else b"\x90\0")

    assert proved(InFiles(bytes.fromhex(UID), key, b""))["uid"] == SUBJECT
    # In pieces, one behind the other, as well.
    assert proved(vde.VdeCard(bytes.fromhex(UID), key, leaf + own))["uid"] == SUBJECT
    # Without that of its issuer it leads to nobody.
    error = raises(dialogue.NotProved, proved, vde.VdeCard(bytes.fromhex(UID), key, leaf))
    assert error.reason == "unknown_issuer"


def test_a_card_whose_certificate_signs_another_is_no_authority():
    # The classic: a genuine card's key issues a certificate for somebody else.
    root = vde.authority()
    private = hashlib.sha256(b"card").digest()
    key = vde.KeyPair(private)
    mine = root.issued("DE-KTP-C00002-K", key.public, vde.BEGINS, vde.ENDS)
    forger = vde.Authority("DE-KTP-C00002-K", private)
    leaf = forger.issued(SUBJECT, key.public, vde.BEGINS, vde.ENDS)
    error = raises(dialogue.NotProved, proved, vde.VdeCard(bytes.fromhex(UID), key, leaf + mine))
    assert "not that of an authority" in str(error)
    # Nor does an authority's own certificate charge a vehicle.
    root_card = vde.VdeCard(bytes.fromhex(UID), root._key, root.certificate)
    assert "not of a card" in str(raises(dialogue.NotProved, proved, root_card))


def test_names_are_told_apart():
    assert [
        dialogue.kind(name)
        for name in (
            "DE-8AA-C00A1B2C3-4",
            "DE8AAC00A1B2C3",
            "DE*KTP*C00001*K",
            "04A1B2C3D4E580",
            "Fleet 7",
            "X",
        )
    ] == ["EMAID", "EMAID", "EVCOID", "OTHER", "OTHER", "OTHER"]


def test_a_file_of_issuers_is_read_whole_or_refused_with_the_place():
    good = vde.issuers_file()
    assert [authority.name for authority in issuers.parse(good + good)] == ["Kilotap story issuer"] * 2
    leaf = vde.make({"uid": UID, "subject": SUBJECT}, Prng(3, "card"))._content
    import binascii

    pem = b"-----BEGIN CERTIFICATE-----\n" + binascii.b2a_base64(leaf) + b"-----END CERTIFICATE-----\n"
    for content, word in (
        (b"", "no certificate in PEM"),
        (b"\xff\xfe", "no certificate in PEM"),
        (good[:-20], "certificate 1 of the issuers does not end"),
        (good + pem, "certificate 2 of the issuers: the issuer's certificate is not that of an authority"),
        (good.replace(b"MII", b"MIJ", 1), "certificate 1 of the issuers"),
    ):
        assert word in str(raises(CardError, issuers.parse, content)), word


def test_the_card_itself_holds_its_rules():
    card = make(vde.GENUINE)

    def said(hexadecimal):
        return card.transmit(bytes.fromhex(hexadecimal)).hex()[-4:]

    assert said("8002000000") == "6d00"
    assert said("00a4040010" + dialogue.AID.hex() + "00") == "9000"
    assert said("8002000001ff") == "6700"
    assert said("8002ff0000") == "6b00"
    assert said("80030c092000") == "6700"
    assert said("8099000000") == "6d00"
    assert card.transmit(status.GET_UID) == bytes.fromhex(UID) + b"\x90\x00"
    card.present()
    assert said("8002000000") == "6d00"


def test_a_certificate_tells_what_it_says():
    certificate = x509.parse(make(vde.GENUINE)._content)
    assert (certificate.begins, certificate.ends) == ("2020-01-01T00:00:00Z", "2099-12-31T23:59:59Z")
    assert (certificate.name, certificate.is_authority, certificate.usage) == (SUBJECT, False, 0x80)
