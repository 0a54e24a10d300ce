"""Says in one hash which settings and tariffs a terminal goes by.

It does not know when that changes.
"""

import hashlib

from ..crypto import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def digest(config: "Any", hashes: "list[list[str]]") -> str:
    """Return the SHA-256, in hexadecimal, of the settings that records depend on, with `[id, hash]` of each
    tariff, sorted.
    """
    document: "list[Any]" = [
        [name, getattr(config, name)] for name in ("id", "timezone", "currency", "meter_model")
    ]
    document.append(hashes)
    if config.bank_cards:
        from ..access import bank_terms

        document.append(bank_terms.digest(config.bank_cards))
    if config.operator_key:
        document.append(config.operator_key)
    return hashlib.sha256(canonical.encode(document)).digest().hex()
