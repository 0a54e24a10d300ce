"""Tells what a card is, what it would be billed as, and what it proved.

It does not know readers: it is handed a card that can converse.
"""

import contextlib
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from firmware.cards import apdu, rfid, secure_rfid, tlv, token, vde
from firmware.cards import status as statuses
from firmware.cards.card_keys import CardKeys
from firmware.cards.desfire import NotGenuine
from firmware.cards.emv import authentication, directory, identity, reading
from firmware.cards.emv.authorities import Authorities
from firmware.crypto import curve, x509
from firmware.errors import CardError
from firmware.terminal.reader import STORAGE_CARD
from hal.ports import Card

Dialogue = Generator[bytes, bytes, Any]

# What a bank card is told in a reading that is no payment: no amount, no currency (ISO 4217: 999).
NO_AMOUNT, NO_CURRENCY = bytes(6), b"\x09\x99"
QUALIFIERS = bytes.fromhex("36004000")
PSE = b"1PAY.SYS.DDF01"
# Registered application providers (ISO/IEC 7816-5): those whose kernels are known, then Cartes Bancaires,
# Interac, girocard, eftpos, RuPay, Mir.
SCHEMES = (
    *(rid for rid, _kernel, _name in directory.KERNELS),
    *(bytes.fromhex(rid) for rid in ("a000000042", "a000000277", "a000000359", "a000000384", "a000000524")),
    bytes.fromhex("a000000658"),
)
# Their usual applications, for cards that are selected by a whole name alone: Mastercard, Maestro; Visa,
# Electron, V Pay; American Express; JCB; Discover; UnionPay (debit, credit); CB; Interac; girocard.
APPLICATIONS = tuple(
    bytes.fromhex(aid)
    for aid in (
        *("a0000000041010", "a0000000043060", "a0000000031010", "a0000000032010", "a0000000032020"),
        *("a000000025010801", "a0000000651010", "a0000001523010", "a000000333010101", "a000000333010102"),
        *("a0000000421010", "a0000002771010", "a0000003591010028001"),
    )
)


class Knowledge(NamedTuple):
    """What helps to know cards: keys to secure ones, AES, authorities of bank cards, chance, this month,
    authorities of cards with certificates, and this moment as RFC 3339 writes it.
    """

    keys: CardKeys | None
    aes: Any
    authorities: Authorities | None
    random: Callable[[int], bytes]
    today: tuple[int, int] | None
    issuers: list[x509.Certificate] | None = None
    now: str | None = None


async def recognise(
    card: Card, knowledge: Knowledge, watched: Callable[[Dialogue], Dialogue] = lambda dialogue: dialogue
) -> dict[str, Any]:
    """Return {"kind", "identity", "level", "authenticated", "masked", "why"}. OSError: it was pulled."""
    if card.atr and STORAGE_CARD not in card.atr:
        if knowledge.keys is not None:
            told = await card.converse(watched(_secure(card.uid, knowledge)))
            if told is not None:
                return dict(told)
        told = await card.converse(watched(_certified(knowledge)))
        if told is not None:
            return dict(told)
        told = await card.converse(watched(_bank_card(knowledge)))
        if told is not None:
            return dict(told)
    return plain(card.uid)


def plain(uid: bytes) -> dict[str, Any]:
    """Return what a UID alone says."""
    try:
        known = token.from_uid(uid)
    except CardError as error:
        if len(uid) not in rfid.UID_SIZES:
            why = "it has no UID of type A (it may be type B, FeliCa or have contacts); nobody is known by it"
            return _found("unknown", why=why)
        return _found("phone" if rfid.is_random(uid) else "unknown", why=str(error))
    return _found("rfid", known["uid"], known["level"])


def _secure(uid: bytes, knowledge: Knowledge) -> Dialogue:
    if knowledge.keys is None:
        return None
    try:
        found = yield from secure_rfid.identify(knowledge.keys, knowledge.aes, knowledge.random, uid)
    except NotGenuine as error:
        return _found("desfire", why=f"not genuine: {error}")
    except CardError as error:
        return _found("desfire", why=str(error))
    if found is None:
        return None
    return _found("desfire", found["token"]["uid"], found["token"]["level"], "EV2 AES-128")


def _certified(knowledge: Knowledge) -> Dialogue:
    """Have a card after VDE-AR-E 2532-100 prove the contract in its certificate."""
    try:
        claim = yield from vde.claimed(knowledge.random)
        if claim is None:
            return None
        if knowledge.issuers is None:
            why = (
                f"its certificate names {vde.name(claim)}; no issuers were given to prove it (--card-issuers)"
            )
            return _found("vde", why=why)
        proved = curve.finish(vde.proved_steps(claim, knowledge.issuers, knowledge.now))
    except CardError as error:
        return _found("vde", why=str(error))
    return _found("vde", proved["uid"], proved["level"], "X.509, ECDSA brainpoolP256r1")


def _bank_card(knowledge: Knowledge) -> Dialogue:
    """Read the card's first application that lets itself be read, and have it prove itself."""
    try:
        entries = yield from directory.read()
        if entries is None:
            entries = yield from _without_directory()
    except CardError as error:
        return _found("emv", why=str(error))
    if not entries:
        return None
    values = {
        authentication.UNPREDICTABLE: knowledge.random(4),
        authentication.AMOUNT: NO_AMOUNT,
        authentication.CURRENCY: NO_CURRENCY,
        0x9F66: QUALIFIERS,
    }
    why = ""
    for entry in directory.candidates(entries, [entry.aid for entry in entries]):
        try:
            application = yield from reading.read(entry.aid, values, is_whole=False)
            masked = identity.masked(identity.number(application.objects))
        except CardError as error:
            why = why or str(error)
            continue
        proof = yield from _proof(application, values, knowledge)
        return _found("emv", None, None, proof["method"] if proof["holds"] else None, masked, proof["why"])
    return _found("emv", why=why)


def _without_directory() -> Dialogue:
    """Return the applications of a card without a directory: it is asked for each scheme's."""
    found = yield from _of_contacts()
    for names in (SCHEMES, APPLICATIONS):
        for name in () if found else names:
            _body, status = yield from apdu.select(name)
            if status == statuses.SW_OK:
                found.append(directory.Entry(name, directory.LOWEST, 0, ""))
    return found


def _of_contacts() -> Dialogue:
    """Return what the directory of a card with contacts lists, in records of a file (EMV Book 1, 12.2).

    One that is broken lists no more.
    """
    found: list[directory.Entry] = []
    with contextlib.suppress(CardError):
        yield from _listed(found)
    return found


def _listed(found: list[directory.Entry]) -> Dialogue:
    body, status = yield from apdu.select(PSE)
    place = tlv.find(body, 0x6F, 0xA5, 0x88) if status == statuses.SW_OK else None
    if place is None or len(place) != 1:
        return
    for record in range(1, directory.MAX_ENTRIES):
        command = apdu.command(0x00, 0xB2, record, place[0] << 3 & 0xFF | 4, b"", 256)
        body, status = yield from apdu.exchange(command)
        if status != statuses.SW_OK:
            break
        entries = tlv.encode(0xBF0C, tlv.find(body, 0x70) or b"")
        found += directory.entries(tlv.encode(0x6F, tlv.encode(0xA5, entries)))


def _proof(application: reading.Application, values: dict[int, bytes], knowledge: Knowledge) -> Dialogue:
    if knowledge.authorities is None:
        why = "not asked for a proof: no CA keys were given (--ca-keys)"
        return {"method": None, "holds": False, "why": why}
    try:
        proof = yield from authentication.authenticate(
            application, knowledge.authorities, values, knowledge.today
        )
    except CardError as error:
        # A card that declines has told its number already, and what it is.
        return {"method": None, "holds": False, "why": str(error)}
    return proof


def _found(
    kind: str,
    identity: str | None = None,
    level: str | None = None,
    authenticated: str | None = None,
    masked: str | None = None,
    why: str | None = None,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "identity": identity,
        "level": level,
        "authenticated": authenticated,
        "masked": masked,
        "why": why,
    }
