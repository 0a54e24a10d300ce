"""Takes tariffs as other systems write them: what no price depends on may be missing, or their own.

It does not touch elements, components and restrictions: there an unknown word may be a misspelt one, and
changes what is billed. The terminal takes no such tariff at all.
"""

from typing import Any

from firmware.config import alike
from firmware.pricing import ocpi

UNNAMED = "unnamed"


def completed(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return an OCPI tariff with an id and without members of its system's own, and what was changed.

    A member that is nearly one of OCPI's stays, and is refused with the one that was meant.
    """
    kept, notes = dict(document), []
    for key in sorted(document):
        if key not in ocpi.MEMBERS and not any(alike(known, key) for known in ocpi.MEMBERS):
            del kept[key]
            notes.append(f"/{key}: no key of an OCPI tariff; the price does not depend on it")
    if kept.get("id") is None:
        kept["id"] = UNNAMED
        notes.append(f"/id: missing; the tariff is called {UNNAMED!r} here")
    return kept, notes
