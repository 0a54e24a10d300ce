"""Reads on which terms bank cards may charge: the setting `bank_cards`, all its problems told at once.

It does not know cards and files. What it returns is plain, so that nothing of this stays in memory.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import AccessError, CryptoError, PricingError
from firmware.pricing import iso4217, money

# How a card has to prove itself: by a signature made for this tap, by one of its issuer, or not at all.
DYNAMIC, STATIC, NONE = AUTHENTICATIONS = ("dynamic", "static", "none")

_HIGHEST_MINOR = 1000000000
_HIGHEST = {"day_count": 1000, "random_percent": 99, "random_max_percent": 99}
_NUMBERS = ("limit_minor", "floor_minor", "verified_from_minor", "day_minor", "day_count") + (
    "random_percent",
    "random_max_percent",
    "random_threshold_minor",
)
_MOST_AIDS = 50
_MOST_DENIED = 10000
_LONGEST_PATH = 240

# What a setting is unless it is given; None where it has to be.
# An unattended terminal of a merchant, offline alone (EMV Book 4, annex A1); no verification by the terminal,
# and SDA, DDA, CDA (A2); EMV mode with proof offline, verification on the phone (Book A, table 5-4).
_DEFAULTS = {
    "limit_minor": None,
    "tariff": None,
    "aids": None,
    "country": None,
    "gateway_key": None,
    "hash_key": None,
    "ca_keys": "",
    "authentication": DYNAMIC,
    "floor_minor": 0,
    "random_percent": 0,
    "random_max_percent": 0,
    "random_threshold_minor": 0,
    "tac_denial": "0000000000",
    "tac_default": "0000000000",
    "verified_from_minor": 0,
    "day_count": 5,
    "day_minor": 0,
    "terminal_type": "26",
    "capabilities": "0008C8",
    "qualifiers": "21004000",
    "deny": (),
}

_NEEDED = (
    ("limit_minor", "the most that a session may cost, in the currency's minor unit"),
    ("tariff", "the id of the tariff for bank cards"),
    ("aids", "a list of the applications that are taken, such as A0000000041010"),
    ("country", "three digits of ISO 3166-1, such as 276"),
    ("gateway_key", "the payment gateway's public key as a JWK"),
    ("hash_key", "the path of a file that openssl rand -hex 32 filled, of mode 0600"),
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Document = dict[str, Any]


def parse(document: "Document", currency: str, tariffs: "list[Any]") -> "Document":
    """Return the terms: amounts in minor units of the currency, what is hexadecimal as bytes.

    "random" is (target percentage, highest one, threshold in minor units). `tariffs` are the ids that there
    are. Raises AccessError with every problem: "key: what to do".
    """
    problems = []
    for key in sorted(document):
        if key not in _DEFAULTS:
            problems.append("%s: no such key; there are %s" % (key, ", ".join(sorted(_DEFAULTS))))
    terms = {key: document.get(key, default) for key, default in _DEFAULTS.items()}
    for key, what in _NEEDED:
        if terms[key] is None:
            problems.append("%s: missing; give %s" % (key, what))
    for check in (_amounts, _random, _tariff, _aids, _terminal, _gateway, _files, _denied):
        check(terms, tariffs, problems)
    try:
        terms["currency"] = bytes.fromhex("0" + iso4217.number(currency))
        terms["exponent"] = bytes((money.exponent(currency),))
    except PricingError:
        pass  # The setting `currency` is told already.
    if problems:
        raise AccessError(problems)
    return terms


def digest(terms: "Document") -> str:
    """Return a hash of the terms, for whoever has to know whether they are those of before."""
    told = {key: _plain(terms[key]) for key in _DEFAULTS}
    return hashlib.sha256(canonical.encode(told)).digest().hex()


def _plain(value: "Any") -> "Any":
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, set):
        return sorted(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _amounts(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    lowest = {"limit_minor": 1}
    for key in _NUMBERS:
        given = terms[key]
        if given is None:
            continue
        most = _HIGHEST.get(key, _HIGHEST_MINOR)
        whole = isinstance(given, int) and not isinstance(given, bool)
        if not whole or not lowest.get(key, 0) <= given <= most:
            told = (key, lowest.get(key, 0), most)
            problems.append("%s: has to be a whole number from %d to %d" % told)
            terms[key] = None
    limit_minor, floor_minor, day_minor = terms["limit_minor"], terms["floor_minor"], terms["day_minor"]
    if limit_minor and floor_minor and limit_minor >= floor_minor:
        problems.append(
            "floor_minor: from %d on a card has to be asked for online, which this terminal cannot; "
            "lower limit_minor, %d, below it" % (floor_minor, limit_minor)
        )
    if limit_minor and day_minor and day_minor < limit_minor:
        told_minor = (day_minor, limit_minor)
        problems.append("day_minor: %d is below limit_minor, %d; no card could ever charge" % told_minor)


def _random(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    """Take how many payments chance would have online, by their amounts (EMV Book 3, 10.6.2)."""
    percent, most_percent = terms["random_percent"], terms["random_max_percent"]
    floor_minor, threshold_minor = terms["floor_minor"], terms["random_threshold_minor"]
    if percent is None or most_percent is None or floor_minor is None or threshold_minor is None:
        return
    if most_percent and most_percent < percent:
        problems.append("random_max_percent: %d is below random_percent, %d" % (most_percent, percent))
    if (most_percent or threshold_minor) and threshold_minor >= floor_minor:
        problems.append(
            "random_threshold_minor: from it the percentage grows up to floor_minor; %d has to be below %d"
            % (threshold_minor, floor_minor)
        )
    terms["random"] = (percent, most_percent or percent, threshold_minor)


def _tariff(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    if terms["tariff"] is not None and terms["tariff"] not in tariffs:
        problems.append("tariff: there is no tariff %s" % (terms["tariff"],))


def _aids(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    given = terms["aids"]
    if given is None:
        return
    if not isinstance(given, (list, tuple)) or not 0 < len(given) <= _MOST_AIDS:
        problems.append("aids: has to be a list of 1 to %d applications, such as A0000000041010" % _MOST_AIDS)
        return
    aids = []
    for i, text in enumerate(given):
        aid = _octets(text)
        if aid is None or not 5 <= len(aid) <= 16:
            problems.append("aids/%d: has to be 5 to 16 bytes in hexadecimal, such as A0000000041010" % i)
        else:
            aids.append(aid)
    terms["aids"] = tuple(aids)


def _terminal(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    country = terms["country"]
    if country is not None:
        if isinstance(country, str) and len(country) == 3 and country.isdigit():
            terms["country"] = bytes.fromhex("0" + country)
        else:
            problems.append("country: has to be three digits of ISO 3166-1, such as 276 for Germany")
    sizes = (
        ("terminal_type", 1),
        ("capabilities", 3),
        ("qualifiers", 4),
        ("tac_denial", 5),
        ("tac_default", 5),
    )
    for key, size in sizes:
        octets = _octets(terms[key])
        if octets is None or len(octets) != size:
            told = (key, size, _DEFAULTS[key])
            problems.append("%s: has to be %d bytes in hexadecimal, such as %s" % told)
        terms[key] = octets


def _gateway(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    """Take the public key to which card data is sealed, with the `kid` by which its holder knows it."""
    given = terms["gateway_key"]
    if given is None:
        return
    try:
        public = jose.public_from_jwk(given)
        kid = given.get("kid", jose.thumbprint(public))
        if not isinstance(kid, str) or not 0 < len(kid) <= jose.MAX_KID_CHARACTERS:
            raise CryptoError("its kid has to be a text of 1 to %d characters" % jose.MAX_KID_CHARACTERS)
        terms["gateway_key"] = (public, kid)
    except CryptoError as error:
        problems.append("gateway_key: has to be the gateway's public key on P-256 as a JWK (%s)" % error)


def _files(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    for key in ("ca_keys", "hash_key"):
        given = terms[key]
        if given is not None and not (isinstance(given, str) and len(given) <= _LONGEST_PATH):
            problems.append("%s: has to be the path of a file" % key)
    if terms["authentication"] not in AUTHENTICATIONS:
        problems.append("authentication: has to be one of " + ", ".join(AUTHENTICATIONS))
    elif terms["authentication"] != NONE and not terms["ca_keys"]:
        problems.append("ca_keys: missing; cards that have to prove themselves need the schemes' CA keys")
    if terms["hash_key"] == "":
        problems.append("hash_key: missing; give %s" % _NEEDED[-1][1])


def _denied(terms: "Document", tariffs: "list[Any]", problems: "list[str]") -> None:
    """Take the exception list: cards by what `session.started` and `session.rejected` call them."""
    given = terms["deny"]
    if not isinstance(given, (list, tuple)) or len(given) > _MOST_DENIED:
        problems.append("deny: has to be a list of up to %d cards" % _MOST_DENIED)
        return
    cards = []
    for i, text in enumerate(given):
        card = _octets(text)
        if card is None or len(card) != 16:
            problems.append("deny/%d: has to be 32 letters of hexadecimal, as records call a card" % i)
        else:
            cards.append(card.hex())
    terms["deny"] = set(cards)


def _octets(text: "Any") -> "bytes | None":
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return None
