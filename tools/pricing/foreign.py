"""Takes tariffs as other systems write them: what no price depends on may be missing, or their own.

It does not touch elements, components and restrictions: there an unknown word may be a misspelt one, and
changes what is billed. The terminal takes no such tariff at all.
"""

from typing import Any

from firmware.errors import PricingError
from firmware.pricing import fields, ocpi, ocpp, tariff

UNNAMED = "unnamed"


def completed(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return an OCPI tariff with an id and without members of its system's own, and what was changed.

    A member that is nearly one of OCPI's stays, and is refused with the one that was meant.
    """
    kept, notes = dict(document), []
    for key in sorted(document):
        if key not in ocpi.MEMBERS and not fields.meant(ocpi.MEMBERS, key):
            del kept[key]
            notes.append(f"/{key}: no key of an OCPI tariff; the price does not depend on it")
    if kept.get("id") is None:
        kept["id"] = UNNAMED
        notes.append(f"/id: missing; the tariff is called {UNNAMED!r} here")
    return kept, notes


def read(document: dict[str, Any], evse_kind: str | None, path: str) -> tuple[tariff.Tariff, list[str]]:
    """Return a tariff of OCPI or of OCPP and what was changed. Raises PricingError with the file's path."""
    try:
        if ocpp.is_ocpp(document):
            return ocpp.parse(document, evse_kind), []
        document, notes = completed(document)
        return tariff.parse(document), notes
    except PricingError as error:
        raise PricingError([f"{path}: {problem}" for problem in error.problems]) from error
