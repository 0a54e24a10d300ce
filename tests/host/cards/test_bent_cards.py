"""No card, however bent, brings the terminal to anything but its own named error.

Here it is some ten thousand answers, bent at random; `make fuzz-cards` has a fuzzer search for worse.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from emulator.models import bank, card_issuer, emv
from emulator.models.prng import Prng
from firmware.access import bank_terms
from firmware.cards import apdu, card_keys, dol, pn532, rfid, secure_rfid, tlv
from firmware.cards.emv import authentication, authorities, directory, identity, payment, reading
from firmware.crypto import curve, envelope, jwe
from firmware.errors import CardError
from hal.common.aes import Aes, encrypt_cbc
from tests import pan_search
from tests.firmware.cards.transcript import talk
from tests.host.cards import fuzz, targets
from tests.host.cards.mutating import bent
from tools.cards import masking, tracing

CASES = 4000
PAN = "4761739001010119"
VALUES = {
    0x9F66: bytes.fromhex("36004000"),
    0x9F02: bytes.fromhex("000000001000"),
    0x9F37: bytes.fromhex("a1b2c3d4"),
    0x5F2A: bytes.fromhex("0978"),
}
KEYS = card_keys.CardKeys(card_issuer.KEYS)
TERMS = bank_terms.parse(bank.terms({"limit_minor": 1000, "tariff": "day"}), "EUR", ["day"])
AUTHORITIES = authorities.Authorities([emv.authority_document()])


class Bending:
    """A card whose answers are kept as seeds, and bent when it is told to."""

    def __init__(self, card: Any, chance: random.Random | None, seeds: list[bytes]):
        self.uid = card.uid
        self._card, self._chance, self._seeds = card, chance, seeds

    def transmit(self, command: bytes) -> bytes:
        response = bytes(self._card.transmit(command))
        if self._chance is None:
            self._seeds.append(response)
            return response
        if self._chance.random() < 0.3:
            return bent(response, self._seeds, self._chance)
        return response


def bank_dialogue(uid: bytes) -> Any:
    entries = yield from directory.read()
    directory.candidates(entries or [], [b""])
    application = yield from reading.read(emv.AID, VALUES)
    identity.masked(identity.number(application.objects))
    yield from authentication.authenticate(application, AUTHORITIES, VALUES, (2026, 3))


def payment_dialogue(uid: bytes) -> Any:
    """Have a card pay as at the terminal: whatever comes is an answer, and the number is not in it."""
    made = curve.finish(jwe.envelope_steps(TERMS["gateway_key"][0], Prng(5, "terminal").random_bytes, "kid"))
    random = Prng(6, "terminal").random_bytes
    seal = lambda text: envelope.seal(made, text, random, encrypt_cbc)  # noqa: E731
    desk = payment.Desk(TERMS, AUTHORITIES, bank.HASH_KEY, (2026, 3, 28), seal, lambda card: False)
    found = yield from payment.tapped(desk, VALUES)
    assert pan_search.found(PAN, repr(found).encode()) == []
    if found and (found.get("reason") or found["refusal"]):
        assert "card_data" not in found.get("payment", {})
        raise CardError(found.get("reason") or found["refusal"])


def secure_dialogue(uid: bytes) -> Any:
    yield from secure_rfid.identify(KEYS, Aes(), Prng(4, "terminal").random_bytes, uid)


def bank_card(method: str) -> Callable[[], Any]:
    return lambda: emv.PaymentCard(PAN, "2031-12", Prng(6, "card"), method)


def secure_card(kind: str) -> Callable[[], Any]:
    return lambda: card_issuer.make(
        {"kind": "desfire", "uid": "04A1B2C3D4E580", "secure": kind}, Prng(3, "card")
    )


@pytest.mark.parametrize(
    ("dialogue", "make"),
    [
        (bank_dialogue, bank_card("SDA")),
        (bank_dialogue, bank_card("DDA")),
        (bank_dialogue, bank_card("CDA")),
        (bank_dialogue, bank_card("fDDA")),
        (payment_dialogue, bank_card("DDA")),
        (payment_dialogue, bank_card("CDA")),
        (payment_dialogue, bank_card("fDDA")),
        (secure_dialogue, secure_card("genuine")),
        (secure_dialogue, secure_card("hidden")),
    ],
)
def test_bent_answers_in_mid_dialogue(dialogue: Callable[[bytes], Any], make: Callable[[], Any]) -> None:
    seeds: list[bytes] = []
    card = make()
    talk(dialogue(card.uid), Bending(card, None, seeds))
    refused = 0
    for case in range(CASES // 40):
        card.present()
        try:
            talk(dialogue(card.uid), Bending(card, random.Random(case), seeds))
        except CardError as error:
            refused += 1
            assert PAN not in str(error)
    assert refused > CASES // 160


def pieces() -> list[bytes]:
    """Return what cards said: the seeds of all that is bent."""
    seeds: list[bytes] = []
    for method in emv.METHODS:
        card = bank_card(method)()
        talk(reading.read(emv.AID, VALUES), Bending(card, None, seeds))
        talk(directory.read(), Bending(card, None, seeds))
    return seeds + [emv.PDOL, emv.CDOL, bytes.fromhex("0801010010010301"), pn532.frame(bytes(40), 0xD5)]


def consume(parsed: Any) -> None:
    for _ in parsed:
        pass


@pytest.mark.parametrize(
    "parse",
    [
        lambda octets: consume(tlv.objects(octets)),
        tlv.flat,
        lambda octets: tlv.find(octets, 0x6F, 0xA5, 0xBF0C),
        lambda octets: tlv.without(octets, 0x9F4B),
        lambda octets: dol.fill(dol.parse(octets), VALUES),
        reading.files,
        directory.entries,
        apdu.split,
        rfid.canonical,
        secure_rfid.contract_text,
        lambda octets: pn532.Decoder().feed(octets),
        lambda octets: consume(tracing.told_response(bytes.fromhex("00b2010c00"), octets, masking.Mask())),
        lambda octets: identity.number({0x5A: octets}),
        lambda octets: identity.number({0x57: octets}),
        lambda octets: identity.language({0x5F2D: octets}, ("en", "de")),
        authorities.parse,
        card_keys.parse,
    ],
)
def test_bent_octets_in_every_parser(parse: Callable[[bytes], object]) -> None:
    seeds = pieces()
    for case in range(CASES):
        chance = random.Random(case)
        octets = bent(chance.choice(seeds), seeds, chance)
        try:
            parse(octets)
        except CardError:
            continue
        except Exception as error:
            raise AssertionError(f"case {case}: {octets.hex()}") from error


@pytest.mark.parametrize("name", targets.TARGETS)
def test_the_fuzzers_seeds_are_what_cards_say_and_bent_ones_raise_only_named_errors(name: str) -> None:
    seeds = fuzz.seeds(name)
    # A fuzzer that begins with what is taken goes deep.
    assert any(targets.call(name, octets) for octets in seeds)
    for case in range(CASES // 20):
        chance = random.Random(case)
        octets = bent(chance.choice(seeds), seeds, chance)
        try:
            targets.call(name, octets)
        except Exception as error:
            raise AssertionError(f"case {case} of {name}: {octets.hex()}") from error
