"""Decides whether a card may charge, by the operator's contracts and deny list.

It does not know how a card proved who it is, how full the storage is, or what time it is.
"""

from firmware.cards import rfid
from firmware.errors import AccessError, CardError, PricingError
from firmware.pricing import calendar

_REQUIRED = ("contract", "uid", "tariff")
# What a record can carry, and more than anyone charges for.
_LONGEST_TEXT = 64
_HIGHEST_LIMIT = 1000000000
_OPTIONAL = ("valid_from", "valid_to", "limit_minor", "discounts", "level")
# How sure a card has to be of itself, beyond showing a UID (OCMF, table 11).
_LEVELS = ("SECURE",)
_MOST_DISCOUNTS = 10
# What stands before the common name of a certificate's subject (RFC 4514, 2.3), where another has a UID.
_NAMED = "CN="
# What stands before the hash by which records call a bank card, 32 letters (cards.emv.identity).
_BANK_CARD = "CARD="
_HASH_LETTERS = 32
_NAMED_TYPES = ("EMAID", "EVCOID", "OTHER")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # Contract, tariff, first and last valid date, limit of a session in minor units, ids of discounts, level.
    Entry = tuple[str, str, str | None, str | None, int | None, list[str] | None, str | None]


class Contracts:
    """The cards that may charge here. Raises AccessError, its message names every problem."""

    __slots__ = ("_by_uid", "_denied")

    def __init__(self, contracts: "list[dict[str, Any]]", deny: "list[str]") -> None:
        problems: "list[str]" = []
        self._by_uid: "dict[str, list[Entry]]" = {}
        for i, contract in enumerate(contracts):
            before = len(problems)
            _check(contract, "/contracts/%d" % i, problems)
            if len(problems) == before:
                limits = tuple([contract.get(key) for key in _OPTIONAL])
                entry = (contract["contract"], contract["tariff"]) + limits
                others = self._by_uid.setdefault(contract["uid"], [])
                for other in others:
                    if _overlap(entry, other):
                        told = (i, entry[0], other[0])
                        problems.append(
                            "/contracts/%d/uid: contract %s has the card of contract %s on the same days; "
                            "remove one, or let valid_to and valid_from part them" % told
                        )
                others.append(entry)
        for i, uid in enumerate(deny):
            if not _is_bank_card(uid):
                _check_uid(uid, "/deny/%d" % i, problems)
        if problems:
            raise AccessError(problems)
        self._denied = set(deny)

    def decide(self, token: "dict[str, Any]", local_date: "str | None") -> "dict[str, Any]":
        """Return the valid contract of a card, or the reason why there is none.

        Dates count inclusively at the place of the charger. With no date known (None) they are not judged:
        a driver is not turned away because the charger lost its clock.
        """
        uid = _key(token)
        if uid in self._denied:
            return {"granted": False, "reason": "denied"}
        reason = "unknown_card"
        for contract, tariff, valid_from, valid_to, limit_minor, _discounts, level in self._by_uid.get(
            uid, ()
        ):
            if level is not None and level != token["level"]:
                reason = "insecure_card"
            elif local_date is not None and valid_from is not None and local_date < valid_from:
                reason = "not_yet_valid"
            elif local_date is not None and valid_to is not None and local_date > valid_to:
                # A contract that is still to begin says more to a driver than one that has ended.
                reason = "not_yet_valid" if reason == "not_yet_valid" else "expired"
            else:
                return {"granted": True, "contract": contract, "tariff": tariff, "limit_minor": limit_minor}
        return {"granted": False, "reason": reason}

    def is_denied(self, card: str) -> bool:
        """Return whether a bank card is denied; `card` is its keyed hash."""
        return _BANK_CARD + card in self._denied

    def discounts(self, token: "dict[str, Any] | None", contract: "str | None") -> "list[str]":
        """Return the ids of the discounts that a card's contract gives, in their order."""
        for entry in self._by_uid.get(_key(token), ()) if token else ():
            if entry[0] == contract:
                return entry[5] or []
        return []


def _key(token: "dict[str, Any]") -> str:
    """Return how contracts and deny list write a token: a UID, or `CN=` and the name in a certificate."""
    # A bank card has none: it needs no contract.
    uid: str = token.get("uid", "")
    return _NAMED + uid if token["type"] in _NAMED_TYPES else uid


def _is_bank_card(text: "Any") -> bool:
    """Return whether an entry of a deny list names a bank card, in the one spelling that there is."""
    try:
        given = text[len(_BANK_CARD) :]
        return (
            text.startswith(_BANK_CARD)
            and bytes.fromhex(given).hex() == given
            and len(given) == _HASH_LETTERS
        )
    except (AttributeError, TypeError, ValueError):
        return False


def _overlap(one: "Entry", other: "Entry") -> bool:
    """Return whether there is a day on which both are valid; an open end reaches for ever."""
    starts_in_time = one[2] is None or other[3] is None or one[2] <= other[3]
    return starts_in_time and (other[2] is None or one[3] is None or other[2] <= one[3])


def _check(contract: "Any", path: str, problems: "list[str]") -> None:
    if not isinstance(contract, dict):
        problems.append("%s: has to be a table" % path)
        return
    for key in sorted(contract):
        if key not in _REQUIRED and key not in _OPTIONAL:
            problems.append("%s/%s: no such key in a contract; check its spelling" % (path, key))
    for key in ("contract", "tariff"):
        if not isinstance(contract.get(key), str) or not 0 < len(contract[key]) <= _LONGEST_TEXT:
            problems.append("%s/%s: has to be a text of 1 to %d characters" % (path, key, _LONGEST_TEXT))
    _check_uid(contract.get("uid"), path + "/uid", problems)
    _check_dates(contract.get("valid_from"), contract.get("valid_to"), path, problems)
    _check_discounts(contract.get("discounts"), path, problems)
    if contract.get("level") not in (None,) + _LEVELS:
        problems.append("%s/level: has to be SECURE, or left out where a bare UID is enough" % path)
    limit_minor = contract.get("limit_minor")
    whole = isinstance(limit_minor, int) and not isinstance(limit_minor, bool)
    if limit_minor is not None and not (whole and 0 < limit_minor <= _HIGHEST_LIMIT):
        told = (path, _HIGHEST_LIMIT)
        problems.append("%s/limit_minor: has to be a whole number of minor units from 1 to %d" % told)


def _check_discounts(discounts: "Any", path: str, problems: "list[str]") -> None:
    if discounts is None:
        return
    fits = isinstance(discounts, list) and len(discounts) <= _MOST_DISCOUNTS
    for given in discounts if fits else ():
        fits = fits and isinstance(given, str) and discounts.count(given) == 1
    if not fits:
        told = (path, _MOST_DISCOUNTS)
        problems.append("%s/discounts: has to be a list of up to %d ids of discounts, each once" % told)


def _check_dates(valid_from: "Any", valid_to: "Any", path: str, problems: "list[str]") -> None:
    before = len(problems)
    for key, date in (("valid_from", valid_from), ("valid_to", valid_to)):
        if date is not None:
            try:
                calendar.parse_date(date)
            except PricingError as error:
                problems.append("%s/%s: %s" % (path, key, error))
    if len(problems) == before and valid_from is not None and valid_to is not None and valid_to < valid_from:
        problems.append("%s/valid_to: %s lies before valid_from, %s" % (path, valid_to, valid_from))


def _check_uid(uid: "Any", path: str, problems: "list[str]") -> None:
    try:
        if uid.startswith(_NAMED):
            name = uid[len(_NAMED) :]
            if 0 < len(name) <= _LONGEST_TEXT and name == name.strip():
                return
        elif rfid.canonical(bytes.fromhex(uid)) == uid:
            return
    except (AttributeError, CardError, TypeError, ValueError):
        pass
    problems.append(
        "%s: has to be 4, 7 or 10 bytes in upper-case hexadecimal, such as 04A1B2C3D4E580, "
        "or CN= and the name in a card's certificate; deny also takes CARD= and a bank card's hash" % path
    )
