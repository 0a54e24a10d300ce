"""Judges a whole configuration before anything is opened: each setting, and what the rooms say of it.

It does not know boards and files. A problem is a reason not to start, and all of them are told at once.
"""

from .. import config as settings
from ..access import contracts, references
from ..crypto import jose, jsontext
from ..errors import AccessError, ConfigError, CryptoError, MeteringError, PricingError, UplinkError
from ..metering import model_file, models
from ..pricing import calendar, discount, money
from ..uplink import address, records
from . import meter, reader
from .tariffs import parse_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

REFUSALS = (AccessError, MeteringError, PricingError, UplinkError)


def read(content: bytes) -> settings.Config:
    """Return the settings of a configuration file (JSON, flat keys); ConfigError with every problem."""
    try:
        document = jsontext.parse(content)
    except CryptoError as error:
        raise ConfigError(["the configuration is not readable: %s" % error])
    if not isinstance(document, dict):
        raise ConfigError(["the configuration has to be one JSON object"])
    config, problems = settings.survey(document)
    problems += _content_problems(config)
    if problems:
        raise ConfigError(problems)
    return config


def _content_problems(config: "Any") -> "list[str]":
    problems = _told("id", lambda: records.path(config.id)) if config.id else []
    problems += _told("timezone", lambda: calendar.Zone(config.timezone))
    problems += _told("currency", lambda: money.exponent(config.currency))
    problems += meter_problems(config)
    problems += _meter_key(config)
    problems += _told("discounts", lambda: discount.parse_all(config.discounts))
    problems += _told("contracts", lambda: contracts.Contracts(config.contracts, config.deny))
    problems += _cards(config)
    if config.office_url:
        problems += _told("office_url", lambda: address.parse(config.office_url)) or _office(config)
    problems += _receipt_url(config.receipt_url)
    problems += parse_all(config.tariffs, config.max_power_w, config.currency)[1]
    problems += references.problems(config.contracts, config.tariffs, config.discounts)
    return problems + _operator_key(config)


def meter_problems(config: "Any") -> "list[str]":
    """Return what is wrong with the meter's model; a map of the operator's gets the built-in ones' form."""
    if not config.meter_map:
        return _told("meter_model", lambda: models.find(config.meter_model))
    named = config.meter_map.get("name")

    def compile_map() -> None:
        config.meter_map = model_file.text(config.meter_map)

    problems = _told("meter_map", compile_map)
    if not problems and named != config.meter_model:
        problems.append("meter_model: the map in meter_map is that of %s; name it here" % named)
    return problems


def _meter_key(config: "Any") -> "list[str]":
    """Return what is wrong with the key of a meter that signs: SubjectPublicKeyInfo, or its SHA-256."""
    told = config.meter_key.lower()
    if not told:
        return []
    if config.meter_map or config.meter_model not in meter.SIGNING:
        return ["meter_key: the %s signs nothing; leave it out" % config.meter_model]
    is_hex = not [letter for letter in told if letter not in "0123456789abcdef"]
    if is_hex and (
        len(told) == 64 or told[:2] == "30" and told[2:] and len(told) == 2 * int(told[2:4], 16) + 4
    ):
        return []
    return ["meter_key: it has to be the meter's SubjectPublicKeyInfo in hexadecimal, or its SHA-256"]


def _told(key: str, check: "Callable[[], object]") -> "list[str]":
    """Return the problems that a room finds, each with the key of the setting."""
    try:
        check()
    except REFUSALS as error:
        return ["%s: %s" % (key, problem) for problem in getattr(error, "problems", [str(error)])]
    return []


def _cards(config: "Any") -> "list[str]":
    kinds = config.card_order.split()
    for kind in kinds:
        if kind not in reader.KINDS or kinds.count(kind) > 1:
            told = (kind[:20], ", ".join(reader.KINDS))
            return ["card_order: %s is not possible there; write each of %s at most once" % told]
    if "desfire" in kinds and not config.card_keys:
        return ["card_keys: missing; cards of the kind desfire need the file of their keys"]
    if "vde" in kinds and not config.card_issuers:
        return ["card_issuers: missing; cards of the kind vde need the file of their issuers' certificates"]
    return _bank_cards(config, kinds) if config.bank_cards else []


def _bank_cards(config: "Any", kinds: "list[str]") -> "list[str]":
    """Put the terms for bank cards in the form of access.bank_terms; return their problems."""
    from ..access import bank_terms

    ids = references.ids_of(config.tariffs)
    problems = [] if "emv" in kinds else ["card_order: bank cards are accepted, so it has to name emv"]
    try:
        config.bank_cards = bank_terms.parse(config.bank_cards, config.currency, ids)
    except AccessError as error:
        problems += ["bank_cards/" + problem for problem in error.problems]
    return problems


def _office(config: "Any") -> "list[str]":
    scheme = address.parse(config.office_url)[0]
    if scheme == "https" and not config.office_ca:
        return ["office_ca: missing; an https office needs the file of its authority (PEM)"]
    if scheme == "http" and config.board != "bench":
        return ["office_url: it has to begin with https; http is for the emulated charger alone"]
    return []


def _receipt_url(pattern: str) -> "list[str]":
    """Return what is wrong with the address that the code on the display leads to."""
    if not pattern:
        return []
    is_plain = all("!" <= character <= "~" for character in pattern)
    if not is_plain or not pattern.startswith("https://") or pattern.count("{token}") != 1:
        return ["receipt_url: it has to be an https address with {token} in it, such as https://…/r/{token}"]
    return []


def _operator_key(config: "Any") -> "list[str]":
    if not config.operator_key:
        return []
    try:
        jose.public_from_jwk(config.operator_key)
    except CryptoError as error:
        return ["operator_key: it has to be the operator's public key as a JWK; this is %s" % error]
    return []
