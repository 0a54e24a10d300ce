"""Reads an order as a person writes it, in TOML or JSON, and gives its changes as they are signed.

It does not know terminals and judges nothing: `making` does.

    tariffs = ["winter.json"]                # OCPI tariffs: files beside this one, or tables
    deny = ["04A1B2C3D4E580"]                # cards, as in a terminal's configuration
    time = true                              # set the clock, also one that runs
    anew = true                              # this is all: no list of the configuration or before counts
    [[contracts]]                            # as in a terminal's configuration
    contract = "DE-KTP-C00002-K"
    uid = "CAFE1234"
    tariff = "winter"
    [removed]                                # ids of what is to go
    contracts = ["DE-KTP-C00001-K"]
    [settings]
    message_s = 10
    [[commands]]                             # cancel or correct (with a bill) a receipt
    command = "cancel"
    receipt = "KT-0001-000007"
    reason = "charged twice"
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from firmware.crypto import jsontext
from firmware.errors import CryptoError
from tools.backoffice.errors import OfficeError


def read(path: Path) -> dict[str, Any]:
    """Return the changes that a file asks for. Raises OfficeError with what cannot be read, OSError."""
    document = _json(path) if path.suffix == ".json" else _toml(path)
    return _changes(document, path.parent)


def _changes(document: Any, folder: Path) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise OfficeError("an order is one table; docs/orders.md describes it")
    changes = dict(document)
    if "time" in changes:
        changes["set_clock"] = changes.pop("time")
    if isinstance(changes.get("tariffs"), list):
        changes["tariffs"] = [
            _json(folder / each) if isinstance(each, str) else each for each in changes["tariffs"]
        ]
    return changes


def parse(text: str) -> dict[str, Any]:
    """Return the changes that one JSON text asks for. Raises OfficeError with what cannot be read."""
    return _changes(_parsed(text.encode(), "the order"), Path())


def _json(path: Path) -> Any:
    return _parsed(path.read_bytes(), str(path))


def _parsed(content: bytes, name: str) -> Any:
    try:
        return jsontext.parse(content)
    except CryptoError as error:
        raise OfficeError(f"{name}: no JSON: {error}") from error


def _toml(path: Path) -> Any:
    try:
        return _plain(tomllib.loads(path.read_text(), parse_float=Decimal), str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeError(f"{path}: no TOML: {error}") from error


def _plain(value: Any, place: str) -> Any:
    """Return a TOML value as JSON has it; its decimals stay exact."""
    if isinstance(value, dict):
        return {key: _plain(each, f"{place}: {key}") for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, place) for each in value]
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise OfficeError(f"{place}: {value} is no number that can be signed")
        return jsontext.parse(format(value, "f"))
    if isinstance(value, str | bool | int):
        return value
    raise OfficeError(f"{place}: {value} has to be a text, in quotes")
