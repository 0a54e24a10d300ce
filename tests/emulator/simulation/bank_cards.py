"""Bank cards for tests: as a story has them, and held up to the reader's task alone.

Card numbers are test numbers; the gateway that opens what was sealed is the emulated one.
"""

from emulator.models import bank, emv
from emulator.models.prng import Prng
from emulator.simulation.board import Antenna, Clock, Entropy, Field, Wall
from firmware.access import bank_terms
from firmware.cards import tlv
from firmware.cards.emv import authorities, identity
from firmware.crypto import canonical, jwe
from firmware.terminal.reader import TAP, Reader
from hal.common import aes
from tests.emulator.simulation.test_play import TARIFF, clean, story
from tests.firmware.terminal.desk import Desk

PAN, OTHER_PAN = "4761739001010119", "5413330089020011"
HASH = identity.keyed_hash(bank.HASH_KEY, PAN)
TERMS = {"limit_minor": 2000, "tariff": "day"}


def card(pan=PAN, expires="2031-12", **more):
    return dict({"kind": "emv", "pan": pan, "expires": expires}, **more)


def told(steps, cards, terms=None, on=(TARIFF,), **settings):
    """Play under some tariffs and return (receipts, records, result)."""
    given = dict(TERMS, **(terms or {}))
    changes = {"card_order": "emv rfid", "bank_cards": bank.terms(given)}
    changes.update(settings)
    terminal = dict(story([])["terminal"], **changes)
    return clean(steps, cards=cards, tariffs=list(on), terminal=terminal)


def charge(name, for_s=600):
    """Return the steps of a driver who plugs in, taps, charges, taps again and leaves."""
    return [
        (5, "plug", True),
        (5, "tap", name),
        (for_s, "tap", name),
        (60, "plug", False),
        (60, "wait", "idle"),
    ]


def of_kind(records, kind):
    return [record for record in records if record["kind"] == kind]


def opened(record):
    """Return by tag what the gateway finds in a record."""
    text = jwe.decrypt(bank.GATEWAY_PRIVATE, record["card_data"], aes.decrypt_cbc)
    document = canonical.decode(text)
    assert document["aid"] == emv.AID.hex()
    return dict(tlv.objects(bytes.fromhex(document["emv"])))


class TapConfig:
    id = "KT-0001"
    timezone = "UTC0"
    tap_guard_ms = 2000
    card_order = "emv rfid"
    bank_cards = bank_terms.parse(bank.terms(TERMS), "EUR", ["day"])


def tapped(cards, config=TapConfig, is_denied=lambda card: False):
    """Return what the reader's task tells of cards held up one after the other."""
    desk = Desk()
    antenna = Antenna(desk.kernel)
    ports = desk.board(Field(desk.life, antenna))
    ports.entropy = Entropy(Prng(7, "terminal"))
    ports.clock = Clock(desk.life, Wall(desk.kernel, 1774699200))
    known = authorities.Authorities(bank.authorities())
    trust = {"authorities": known, "hash_key": bank.HASH_KEY, "aes": aes.Aes(), "is_denied": is_denied}

    async def hold():
        for each in cards:
            antenna.put(each)
            await desk.kernel.sleep_ms(500)
            antenna.put(None)
            await desk.kernel.sleep_ms(500)

    reader = Reader(ports, config, desk.inbox, {"emv": trust})
    desk.run(hold(), reader.run(), until_ms=1000 * len(cards))
    return [event[1] for _at, event in desk.told if event[0] == TAP]
