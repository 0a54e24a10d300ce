"""Whether a bank card is genuine, without asking its issuer: SDA, DDA, CDA and fDDA (EMV Book 2, 5 and 6).

It does not know what follows from it. A dialogue is a generator that yields command APDUs.
"""

import hashlib

from ...errors import CardError
from .. import apdu, dol, tlv
from . import certificates, identity, reading

# Application interchange profile, byte 1 (Book 3, annex C1).
AIP_SDA, AIP_DDA, AIP_CDA = 0x40, 0x20, 0x01
AIP_TAG = 0x82
UNPREDICTABLE, AMOUNT, CURRENCY, CARD_DATA = 0x9F37, 0x9F02, 0x5F2A, 0x9F69
AUTHORITY_INDEX = 0x8F
STATIC_TAGS, DDOL, CDOL, SIGNED = 0x9F4A, 0x9F49, 0x8C, 0x9F4B
# Where a card names no list, the terminal's own: the unpredictable number (Book 2, 6.5.1).
DEFAULT_DDOL = b"\x9f\x37\x04"
# GENERATE AC, P1: an authorisation request cryptogram, with a CDA signature (Book 3, 6.5.5.2).
ASK_ONLINE, WITH_CDA = 0x80, 0x10
# Cryptogram and what kind it is (annex C of Book 3, 6.5.5.4): a card that declines gives an AAC.
CRYPTOGRAM, INFORMATION, COUNTER, ISSUER_DATA = 0x9F26, 0x9F27, 0x9F36, 0x9F10
KIND_BITS = 0xC0

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from .authorities import Authorities
    from .reading import Application

    Dialogue = Generator[bytes, bytes, Any]
    Values = dict[int, bytes]


def authenticate(
    application: "Application", authorities: "Authorities", values: "Values", today: "tuple[int, int] | None"
) -> "Dialogue":
    """Return {"method": "fDDA" | "CDA" | "DDA" | "SDA" | None, "holds", "is_expired", "is_missing", "why"}.

    "is_missing" tells that the card lacks what its proof needs; "why" is a sentence, None where it holds.
    `values` are what the terminal told the card, with its unpredictable number; `today` is (year, month).
    Raises reading.Refused where the card declines.
    """
    method = best(application)
    try:
        if method is not None:
            yield from _perform(method, application, authorities, values, today)
    except reading.Refused:
        raise
    except CardError as error:
        proof = {"method": method, "holds": False, "why": str(error)}
        proof["is_expired"] = isinstance(error, certificates.Expired)
        proof["is_missing"] = isinstance(error, certificates.Missing)
        return proof
    why = "the card supports no offline authentication" if method is None else None
    return {
        "method": method,
        "holds": method is not None,
        "is_expired": False,
        "is_missing": False,
        "why": why,
    }


def best(application: "Application") -> "str | None":
    """Return the strongest method that the card has, None for none."""
    profile = application.aip[0]
    if SIGNED in application.objects and CARD_DATA in application.objects:
        return "fDDA"
    if profile & AIP_CDA and CDOL in application.objects:
        return "CDA"
    if profile & AIP_DDA:
        return "DDA"
    return "SDA" if profile & AIP_SDA else None


def _perform(
    method: str,
    application: "Application",
    authorities: "Authorities",
    values: "Values",
    today: "tuple[int, int] | None",
) -> "Dialogue":
    objects = application.objects
    digits = identity.number(objects)
    index = certificates.needed(objects, AUTHORITY_INDEX, "the index of its CA key")
    authority = authorities.find(application.aid, index, today)
    issuer = certificates.issuer_key(authority, objects, digits, today)
    static = application.static + _more_static(application)
    if method == "SDA":
        certificates.static_data(issuer, objects, static)
        return
    card = certificates.card_key(issuer, objects, static, digits, today)
    if method == "fDDA":
        certificates.dynamic_data(card, objects[SIGNED], _fast_input(objects, values))
    elif method == "DDA":
        told = dol.fill(dol.parse(objects.get(DDOL, DEFAULT_DDOL)), values)
        body = yield from apdu.demand(apdu.command(0x00, 0x88, 0, 0, told, 256), "to authenticate itself")
        certificates.dynamic_data(card, _signed(body), told)
    else:
        yield from _combined(application, card, values)


def _combined(application: "Application", card: certificates.Key, values: "Values") -> "Dialogue":
    """Ask for a cryptogram with a signature over it and everything that was told (CDA, Book 2, 6.6)."""
    told, answer = yield from _generated(application, values, ASK_ONLINE | WITH_CDA)
    if SIGNED not in application.objects:
        raise CardError("the card gave its cryptogram without a signature (no tag 9F4B)")
    dynamic = certificates.dynamic_data(card, application.objects[SIGNED], values.get(UNPREDICTABLE, b""))
    # Book 2, table 19: number with its length, information, cryptogram, hash over the transaction.
    at = 1 + dynamic[0] if dynamic else 0
    information = application.objects.get(INFORMATION, b"")
    digest = hashlib.sha1(application.pdol + told + tlv.without(answer, SIGNED)).digest()  # noqa: S324
    if len(dynamic) < at + 29 or dynamic[at : at + 1] != information or dynamic[at + 9 : at + 29] != digest:
        raise CardError("the card's signature is over another transaction")
    application.objects[CRYPTOGRAM] = dynamic[at + 1 : at + 9]


def cryptogram(application: "Application", values: "Values") -> "Dialogue":
    """Have the card make a cryptogram for its issuer, unless it has done so; kept among its objects.

    Raises reading.Refused where it declines, CardError where it breaks off.
    """
    objects = application.objects
    if CRYPTOGRAM not in objects and CDOL in objects:
        yield from _generated(application, values, ASK_ONLINE)
    _not_declined(objects)
    if CRYPTOGRAM not in objects:
        raise CardError("the card makes no cryptogram for its issuer; nobody could clear a payment by it")


def _generated(application: "Application", values: "Values", kind: int) -> "Dialogue":
    """Ask for a cryptogram, keep what comes; return (what was told, the answer's objects as they came)."""
    told = dol.fill(dol.parse(application.objects[CDOL]), values)
    body = yield from apdu.demand(apdu.command(0x80, 0xAE, kind, 0, told, 256), "a cryptogram")
    plain = tlv.find(body, 0x80)
    if plain is not None:
        # Format 1 has no signature (Book 3, 6.5.5.4): information, counter, cryptogram, issuer's data.
        if len(plain) < 11:
            raise CardError("the card's cryptogram (80) is shorter than it has to be")
        parts = ((INFORMATION, 0, 1), (COUNTER, 1, 3), (CRYPTOGRAM, 3, 11), (ISSUER_DATA, 11, len(plain)))
        body = b"".join([tlv.encode(name, plain[begin:end]) for name, begin, end in parts if end > begin])
        body = tlv.encode(0x77, body)
    answer = tlv.find(body, 0x77)
    if answer is None:
        raise CardError("the card's cryptogram is in neither format (80 or 77)")
    application.add(answer)
    if len(application.objects.get(INFORMATION, b"")) != 1:
        raise CardError("the card does not say what kind of cryptogram it gave (tag 9F27)")
    _not_declined(application.objects)
    return told, answer


def _not_declined(objects: "Values") -> None:
    """Raise reading.Refused for an AAC, or what is none of TC and ARQC."""
    information = objects.get(INFORMATION)
    if information is not None and (len(information) != 1 or information[0] & KIND_BITS not in (0x40, 0x80)):
        raise reading.Refused("the card declines this payment (an AAC)")


def _fast_input(objects: "Values", values: "Values") -> bytes:
    """Return what a card that signed already with its processing options signed (Visa, fDDA)."""
    told = values.get(UNPREDICTABLE, b"")
    # Version 00 signs the unpredictable number alone.
    if objects[CARD_DATA][:1] == b"\x01":
        told += values.get(AMOUNT, b"") + values.get(CURRENCY, b"") + objects[CARD_DATA]
    return told


def _more_static(application: "Application") -> bytes:
    """Return what beside the records is signed: the profile, and nothing else (Book 2, 5.1.1)."""
    named = application.objects.get(STATIC_TAGS)
    if named is None:
        return b""
    if named != bytes((AIP_TAG,)):
        raise CardError("the card signs other data than its profile beside its records (tag 9F4A)")
    return application.aip


def _signed(body: bytes) -> bytes:
    """Return the signature in either format of an answer (Book 3, 6.5.9.4)."""
    plain = tlv.find(body, 0x80)
    signed = plain if plain is not None else tlv.find(body, 0x77, SIGNED)
    if signed is None:
        raise CardError("the card's answer holds no signature")
    return signed
