"""One tap of a bank card: read, proved, judged, and its number sealed for the gateway before anybody sees it.

It does not know contracts, totals and storage. The number lives from the record that tells it to the sealing,
within this dialogue; what leaves is a masked form, a keyed hash, and a text that only the gateway opens.
"""

from ...crypto import canonical
from ...errors import CardError
from .. import tlv
from . import authentication, directory, holder, identity, reading, risk

# OCMF, table 11. A signature made for this tap is of the card itself; what is only read can be copied.
SECURE, TRUSTED, HEARSAY = "SECURE", "TRUSTED", "HEARSAY"
LEVELS = {None: HEARSAY, "SDA": TRUSTED}

LANGUAGES = ("en", "de", "fr")

# Why a card does not charge, as records and screens call it.
BROKEN = "bank_card_broken"
NOT_TAKEN = "bank_card_scheme"
BLOCKED = "bank_card_blocked"
DECLINED = "bank_card_declined"
SEE_PHONE = "see_phone"
UNPROVEN = "bank_card_unproven"
NOT_GENUINE = "not_genuine"
VERIFY = "bank_card_verify"
EXPIRED = "bank_card_expired"
# By what speaks against a card (risk.py), the weightiest first.
FINDINGS = (
    (risk.ON_EXCEPTION_LIST, "denied"),
    (risk.EXPIRED, EXPIRED),
    (risk.NOT_YET_EFFECTIVE, "bank_card_not_yet"),
    (risk.NOT_ALLOWED, "bank_card_abroad"),
    (risk.ABOVE_FLOOR_LIMIT, DECLINED),
)
STATUSES = {
    reading.BLOCKED: BLOCKED,
    reading.CARD_BLOCKED: BLOCKED,
    reading.SEE_PHONE: SEE_PHONE,
    0x6A82: NOT_TAKEN,
}

# What the gateway needs to have a payment cleared, by tags (EMV Book 4, 12.1; ISO 8583, field 55).
SEALED = (
    (0x57, 0x5A, 0x5F24, 0x5F2A, 0x5F34, 0x82, 0x84, 0x95, 0x9A, 0x9B, 0x9C)
    + (0x9F02, 0x9F03, 0x9F09, 0x9F10, 0x9F1A, 0x9F1E, 0x9F21, 0x9F26, 0x9F27, 0x9F33, 0x9F34, 0x9F35, 0x9F36)
    + (0x9F37, 0x9F66, 0x9F6C, 0x9F6E, 0x9F7C)
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from .authorities import Authorities
    from .reading import Application

    Dialogue = Generator[bytes, bytes, Any]
    Document = dict[str, Any]
    Values = dict[int, bytes]


class Desk:
    """What a tap is judged with: the operator's terms (access.bank_terms), CA keys, the key of the hashes,
    `today` (year, month, day) or None, `seal(text)`, `is_denied(card)`, and `chance`, 1 to 99 or None.
    """

    __slots__ = ("authorities", "chance", "hash_key", "is_denied", "seal", "terms", "today")

    def __init__(
        self,
        terms: "Document",
        authorities: "Authorities",
        hash_key: bytes,
        today: "tuple[int, int, int] | None",
        seal: "Callable[[bytes], str]",
        is_denied: "Callable[[str], bool]",
        chance: "int | None" = None,
    ) -> None:
        self.terms = terms
        self.authorities = authorities
        self.hash_key = hash_key
        self.today = today
        self.seal = seal
        self.is_denied = is_denied
        self.chance = chance

    def is_verification_wanted(self) -> bool:
        """Return whether who pays has to have been asked on the phone."""
        from_minor = self.terms["verified_from_minor"]
        return bool(from_minor and self.terms["limit_minor"] >= from_minor)


def tapped(desk: Desk, values: "Values") -> "Dialogue":
    """Return None of a card without payment applications, else what came of it:

    {"reason"} of a card that is nobody's; of one that proved itself {"token": {"type": "EMV", "card",
    "level"}, "refusal": None or why it may not charge}. Where the card told its number both have "language",
    its first choice or None, and "payment", what a record tells of it: {"payment": {"kind": "card", "scheme",
    "masked", "proof", "tvr", "tsi", "verified_on_device"}}, and where nothing speaks against it "card_data",
    a JWE. `values` are what the card may be told, by tag.
    """
    try:
        entries = yield from directory.read()
        if not entries:
            return None
        return (yield from _first_that_pays(desk, entries, values))
    except CardError:
        return {"reason": BROKEN}


def _first_that_pays(desk: Desk, entries: "list[directory.Entry]", values: "Values") -> "Dialogue":
    """Try the applications in the card's order until one takes part (EMV Book B, 3.3.3)."""
    reason = NOT_TAKEN
    for entry in directory.candidates(entries, desk.terms["aids"]):
        try:
            application = yield from reading.read(entry.aid, values)
        except reading.Refused as refused:
            reason = STATUSES.get(refused.status or 0, DECLINED)
            if reason == SEE_PHONE:
                break
            continue
        return (yield from _judged(desk, entry, application, values))
    return {"reason": reason}


def _judged(desk: Desk, entry: "directory.Entry", application: "Application", values: "Values") -> "Dialogue":
    objects = application.objects
    digits = identity.number(objects)
    card = identity.keyed_hash(desk.hash_key, digits)
    yield from reading.counters(application)
    terminal = _terminal(desk, card)
    told = dict(values)
    told[holder.RESULTS] = holder.results(application, desk.is_verification_wanted())
    is_declined = False
    proof: "Document" = {"method": authentication.best(application), "holds": False, "is_expired": False}
    is_asked = authentication.CRYPTOGRAM not in objects
    if is_asked:
        # The card signs what is known by then, and its issuer reckons with it.
        told[0x95] = risk.judge(objects, terminal, {"method": proof["method"], "holds": True})["tvr"]
    try:
        proof = yield from authentication.authenticate(application, desk.authorities, told, _month(desk))
        yield from authentication.cryptogram(application, told)
    except reading.Refused:
        is_declined = True
    found = risk.judge(objects, terminal, proof)
    found["verified_on_device"] = holder.is_verified(application, proof, told[holder.RESULTS])
    told[0x9B] = _status(found, told, is_asked)
    payment = {
        "kind": "card",
        "scheme": _scheme(entry, digits),
        "masked": identity.masked(digits),
        "proof": proof["method"] if proof["holds"] else None,
        "tvr": found["tvr"].hex(),
        "tsi": told[0x9B].hex(),
        "verified_on_device": found["verified_on_device"],
    }
    if directory.is_debit(entry.aid):
        # As OCPP's tariffs call it (TariffConditionsType, paymentRecognition).
        payment["recognition"] = "Debit"
    language = identity.language(objects, LANGUAGES)
    reason = _unproven(desk, application, proof, is_declined)
    members: "Document" = {"payment": payment}
    if reason:
        return {"reason": reason, "payment": members, "language": language}
    level = LEVELS.get(payment["proof"], SECURE)
    refusal = EXPIRED if proof["is_expired"] else _refusal(desk, objects, found, is_declined)
    if refusal is None:
        members["card_data"] = _sealed(desk, application, told)
    token = {"type": "EMV", "card": card, "level": level}
    return {"token": token, "refusal": refusal, "payment": members, "language": language}


def _status(found: "Document", told: "Values", is_asked: bool) -> bytes:
    """Return TSI with what the card did beside the terminal: its cryptogram was asked for, its holder too."""
    status = found["tsi"][0] | (risk.CARD_MANAGED if is_asked else 0)
    if told[holder.RESULTS] != holder.NONE_PERFORMED:
        status |= risk.HOLDER_VERIFIED
    return bytes((status, 0))


def _scheme(entry: "directory.Entry", digits: str) -> str:
    """Return the name of a card's scheme, else what the card calls itself, without digits, else its RID."""
    label = "".join([letter for letter in entry.label if not letter.isdigit()]).strip()
    # A card could call itself by its number in BCD, where that makes letters.
    if label and digits[identity.FIRST : -identity.LAST] in label.encode().hex():
        label = ""
    return directory.scheme(entry.aid) or label or entry.aid[:5].hex().upper()


def _terminal(desk: Desk, card: str) -> "Document":
    """Return what risk management goes by."""
    terms = desk.terms
    return {
        "today": desk.today,
        "country": terms["country"],
        "version": b"\0\2",
        "amount_minor": terms["limit_minor"],
        "floor_minor": terms["floor_minor"] or terms["limit_minor"] + 1,
        "random": terms["random"],
        "chance": desk.chance,
        "is_excepted": card in terms["deny"] or desk.is_denied(card),
    }


def _month(desk: Desk) -> "tuple[int, int] | None":
    return desk.today[:2] if desk.today else None


def _unproven(desk: Desk, application: "Application", proof: "Document", is_declined: bool) -> "str | None":
    """Return why a card counts as nobody's: it proved to be false, or did not prove enough."""
    wanted = desk.terms["authentication"]
    if is_declined and not proof["holds"]:
        # It broke off before it could prove itself.
        return DECLINED
    if proof["is_expired"]:
        return None
    if proof["method"] and not proof["holds"]:
        try:
            desk.authorities.find(application.aid, application.objects.get(0x8F, b""), _month(desk))
        except CardError:
            return None if wanted == "none" else UNPROVEN
        return NOT_GENUINE
    is_enough = {
        "none": True,
        "static": proof["holds"],
        "dynamic": proof["holds"] and proof["method"] != "SDA",
    }
    return None if is_enough[wanted] else UNPROVEN


def _refusal(desk: Desk, objects: "Values", found: "Document", is_declined: bool) -> "str | None":
    """Return why a card that is what it says may not charge, None where nothing speaks against it."""
    for finding, reason in FINDINGS:
        if found["tvr"][finding >> 8] & finding & 0xFF:
            return reason
    if not found["is_whole"]:
        return BROKEN
    terms = desk.terms
    if is_declined or risk.is_turned_down(objects, found["tvr"], terms["tac_denial"], terms["tac_default"]):
        return DECLINED
    if desk.is_verification_wanted() and not found["verified_on_device"]:
        return VERIFY
    # Without a date nobody knows whether the card is still valid.
    return "bank_card_no_clock" if desk.today is None else None


def _sealed(desk: Desk, application: "Application", values: "Values") -> str:
    """Return what the gateway needs, for its eyes alone: {"aid", "emv": objects in hexadecimal}.

    What is the terminal's to say no card says in its place.
    """
    content = bytearray()
    for name in SEALED:
        value = values[name] if name in values else application.objects.get(name)
        if value:
            content.extend(tlv.encode(name, value))
    return desk.seal(canonical.encode({"aid": application.aid.hex(), "emv": content.hex()}))
