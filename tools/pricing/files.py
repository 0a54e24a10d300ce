"""Reads tariffs and CDRs from people's files: bare, in a list, or in the answer of an OCPI server.

It does not know what they mean. Whoever has more than one says which.
"""

from typing import Any

import click

from firmware.crypto import jsontext
from firmware.errors import CryptoError
from tools import inputs

MAX_BYTES = 100_000_000
_OF_A_TARIFF = ("id", "tariffId", "currency", "elements", "energy", "chargingTime", "idleTime", "fixedFee")
_BOM = b"\xef\xbb\xbf"


class FileProblem(click.ClickException):
    """A file that does not hold what is needed, in a sentence."""


def tariffs(path: str) -> list[dict[str, Any]]:
    """Return the tariffs of a file, one at least: those of a CDR, too. Raises FileProblem, OSError."""
    found = []
    for document in _unwrapped(_document(path), ("data", "tariff", "tariffs")):
        if not isinstance(document, dict) or not any(key in document for key in _OF_A_TARIFF):
            raise FileProblem(f"{path}: holds no tariff: expected an object with id, currency and elements")
        if "charging_periods" in document:
            raise FileProblem(f"{path}: is a CDR that carries no tariffs; name the file of its tariff")
        found.append(document)
    if not found:
        raise FileProblem(f"{path}: holds an empty list where a tariff was expected")
    return found


def tariff(path: str, wanted: str | None, cdr: dict[str, Any]) -> dict[str, Any]:
    """Return the tariff of an id, or the only one, or the only one that the CDR names."""
    found = tariffs(path)
    if wanted is None and len(found) > 1:
        named = [_folded(one) for one in _named_by(cdr)]
        found = [document for document in found if _folded(id_of(document)) in named] or found
    elif wanted is not None:
        chosen = [document for document in found if _folded(id_of(document)) == _folded(wanted)]
        if not chosen:
            raise FileProblem(f"{path}: has no tariff {wanted!r}; it has {_listed(found)}")
        found = chosen
    if len(found) > 1:
        raise FileProblem(f"{path}: has more than one tariff; choose by --tariff-id: {_listed(found)}")
    return found[0]


def cdr(path: str, wanted: str | None) -> dict[str, Any]:
    """Return the CDR of an id, or the only one of the file. Raises FileProblem, OSError."""
    found = list(_unwrapped(_document(path), ("data",)))
    for document in found:
        if not isinstance(document, dict) or "charging_periods" not in document:
            raise FileProblem(f"{path}: holds no CDR: expected an object with charging_periods")
    if wanted is not None:
        chosen = [document for document in found if _folded(id_of(document)) == _folded(wanted)]
        if not chosen:
            raise FileProblem(f"{path}: has no CDR {wanted!r}; it has {_listed(found)}")
        found = chosen
    if not found:
        raise FileProblem(f"{path}: holds an empty list where a CDR was expected")
    if len(found) > 1:
        raise FileProblem(f"{path}: has more than one CDR; choose by --cdr-id: {_listed(found)}")
    result: dict[str, Any] = found[0]
    return result


def id_of(document: Any) -> str | None:
    """Return the id of a tariff or CDR as a text, None where it has none that could be named."""
    found = document.get("id", document.get("tariffId")) if isinstance(document, dict) else None
    return found if isinstance(found, str) else None


def _document(path: str) -> Any:
    content = inputs.read(path, MAX_BYTES).removeprefix(_BOM)
    try:
        return jsontext.parse(content, max_bytes=MAX_BYTES)
    except CryptoError as error:
        raise FileProblem(f"{path}: {error}") from error


def _unwrapped(document: Any, wrappers: tuple[str, ...]) -> list[Any]:
    """Return what lies in lists and in the members that wrap, such as `data` of an OCPI server's answer."""
    if isinstance(document, list):
        return [inner for item in document for inner in _unwrapped(item, wrappers)]
    if isinstance(document, dict):
        for key in wrappers:
            if isinstance(document.get(key), (dict, list)):
                return _unwrapped(document[key], wrappers)
    return [document]


def _named_by(cdr: dict[str, Any]) -> list[str | None]:
    """Return the ids of the tariffs by which a CDR says that it was priced."""
    periods, own = cdr.get("charging_periods"), cdr.get("tariffs")
    listed = [period for period in periods if isinstance(period, dict)] if isinstance(periods, list) else []
    named = [period["tariff_id"] for period in listed if isinstance(period.get("tariff_id"), str)]
    return named or [id_of(document) for document in (own if isinstance(own, list) else [])]


def _folded(name: str | None) -> str | None:
    """Return an id without its case, which OCPI's CiString does not tell apart."""
    return name and name.casefold()


def _listed(documents: list[Any]) -> str:
    ids = [str(id_of(document)) for document in documents]
    return ", ".join(ids[:10]) + (" and more" if len(ids) > 10 else "")
