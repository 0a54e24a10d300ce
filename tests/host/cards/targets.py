"""The parsers of what cards and readers say, each as a function of octets, and what it may raise.

It knows no fuzzer: `fuzz.py` and the tests call the same functions.
"""

import hashlib
from collections.abc import Callable, Generator
from typing import Any

from emulator.models import card_issuer, emv, vde
from firmware.cards import apdu, card_keys, dol, issuers, pn532, rfid, secure_rfid, tlv
from firmware.cards import vde as certified
from firmware.cards.emv import authentication, authorities, certificates, directory, identity, reading
from firmware.crypto import asn1, curve, x509
from firmware.errors import CardError, CryptoError
from hal.common.aes import Aes
from tools.cards import masking, tracing

NAMED = (CardError, CryptoError)

VALUES = {
    0x9F66: bytes.fromhex("36004000"),
    0x9F02: bytes.fromhex("000000001000"),
    0x9F37: bytes.fromhex("a1b2c3d4"),
    0x5F2A: bytes.fromhex("0978"),
}
TODAY = (2026, 3)
NOW = "2026-03-28T16:59:00Z"
KEYS = card_keys.CardKeys(card_issuer.KEYS)
SCHEMES = authorities.Authorities([emv.authority_document()])
ISSUERS = issuers.parse(vde.issuers_file())


def _chance(count: int) -> bytes:
    return bytes(range(count))


def _tlv(octets: bytes) -> None:
    for name, _value in tlv.flat(octets):
        tlv.is_constructed(name)
    tlv.find(octets, 0x6F, 0xA5, 0xBF0C)
    # What is left out leaves the rest as it was.
    assert len(tlv.without(octets, 0x9F4B)) <= len(octets)


def _dol(octets: bytes) -> None:
    wishes = dol.parse(octets)
    assert len(dol.fill(wishes, VALUES)) == sum(size for _name, size in wishes)


def _afl(octets: bytes) -> None:
    for number, record, _is_static in reading.files(octets):
        assert 1 <= number <= 30 and 1 <= record <= 255


def _pn532(octets: bytes) -> None:
    """Hear octets in pieces; what is heard answers each dialogue."""
    decoder = pn532.Decoder()
    heard = []
    for at in range(0, len(octets), 7):
        heard += decoder.feed(octets[at : at + 7])
    assert heard == pn532.Decoder().feed(octets)
    ends = [event for event in heard if event[0] in ("response", "error")]
    for dialogue in (pn532.wake, pn532.poll, pn532.poll_others, lambda: pn532.exchange(bytes(300))):
        _answered(dialogue(), list(ends), None)


def _certificate(octets: bytes) -> None:
    certificate = x509.parse(octets)
    assert asn1.size(octets) == len(octets) and len(certificate.public) == 64
    curve.finish(x509.chain_steps(certificate, [], ISSUERS, NOW))


def _scheme_certificate(octets: bytes) -> None:
    """Read what a key opened, with a hash that fits: no fuzzer finds one."""
    inner = octets[2:]
    for kind, objects in (
        (certificates.ISSUER, {0x90: b"", 0x9F32: b"\3"}),
        (certificates.CARD, {0x9F46: b"", 0x9F47: b"\3"}),
        (certificates.STATIC, {0x93: b""}),
        (certificates.DYNAMIC, {}),
    ):
        told = objects.get(0x9F32, objects.get(0x9F47, b""))
        digest = hashlib.sha1(inner + told).digest()
        block = bytes((certificates.HEAD, kind)) + inner + digest + bytes((certificates.TRAILER,))
        # Under the exponent 1 a text opens to itself.
        key = certificates.Key(b"\xff" * len(block), 1)
        objects = {name: held or block for name, held in objects.items()}
        try:
            if kind == certificates.ISSUER:
                certificates.issuer_key(key, objects, "4761739001010119", TODAY)
            elif kind == certificates.CARD:
                certificates.card_key(key, objects, b"", "4761739001010119", TODAY)
            elif kind == certificates.STATIC:
                certificates.static_data(key, objects, b"")
            else:
                certificates.dynamic_data(key, block, b"")
        except NAMED:
            continue


def _pieces(octets: bytes) -> "list[bytes]":
    """Return the responses that octets are: each behind its body's length, of which FF stands for 256."""
    pieces = []
    while octets:
        size = 2 + (256 if octets[0] == 255 else octets[0])
        pieces.append(octets[1 : 1 + size])
        octets = octets[1 + size :]
    return pieces


def joined(responses: "list[bytes]") -> bytes:
    """Return octets of which `_pieces` makes these responses."""
    return b"".join(bytes((min(255, len(response) - 2),)) + response for response in responses)


def _answered(dialogue: "Generator[Any, Any, Any]", answers: "list[Any]", last: "Any") -> "Any":
    """Drive a dialogue with answers, and where they end with the last for ever."""
    answer = None
    while True:
        try:
            dialogue.send(answer)
        except StopIteration as end:
            return end.value
        except NAMED:
            return None
        answer = answers.pop(0) if answers else last


def _apdu(octets: bytes) -> None:
    """Follow 61xx and 6Cxx, and put in words what is said."""
    body, status = apdu.split(octets[:258])
    apdu.meaning(status)
    _answered(apdu.exchange(bytes.fromhex("00a4040007d276000085010100")), _pieces(body), b"\x6a\x82")
    for head in (
        "00b2010c00",
        "00a404000e325041592e5359532e444446303100",
        "8002000000",
        "905a000003544bf500",
    ):
        for line in tracing.told_response(bytes.fromhex(head), octets, masking.Mask()):
            assert len(line) < 20000


def _bank_dialogue(octets: bytes) -> None:
    answers = _pieces(octets)

    def dialogue() -> "Generator[bytes, bytes, Any]":
        entries = yield from directory.read()
        directory.candidates(entries or [], [b""])
        application = yield from reading.read(emv.AID, VALUES)
        identity.masked(identity.number(application.objects))
        yield from authentication.authenticate(application, SCHEMES, VALUES, TODAY)

    _answered(dialogue(), answers, b"\x69\x85")


def _secure_dialogue(octets: bytes) -> None:
    for uid in (bytes.fromhex("04a1b2c3d4e580"), bytes.fromhex("08112233")):
        _answered(secure_rfid.identify(KEYS, Aes(), _chance, uid), _pieces(octets), b"\x91\xae")


def _certified_dialogue(octets: bytes) -> None:
    claim = _answered(certified.claimed(_chance), _pieces(octets), b"\x6a\x82")
    if claim:
        told = curve.finish(certified.tapped(claim, ISSUERS, NOW))
        assert list(told) in (["token"], ["reason"])


TARGETS: "dict[str, Callable[[bytes], Any]]" = {
    "tlv": _tlv,
    "dol": _dol,
    "afl": _afl,
    "apdu": _apdu,
    "pn532": _pn532,
    "certificate": _certificate,
    "scheme-certificate": _scheme_certificate,
    "issuers": issuers.parse,
    "uid": rfid.canonical,
    "bank-dialogue": _bank_dialogue,
    "desfire-dialogue": _secure_dialogue,
    "vde-dialogue": _certified_dialogue,
}


def call(name: str, octets: bytes) -> bool:
    """Give a parser octets; return whether it took them. Raises what is none of its named errors."""
    try:
        TARGETS[name](octets)
    except NAMED:
        return False
    return True
