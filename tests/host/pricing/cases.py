"""What a case of pricing is: a tariff, a charge detail record and a time zone.

It does not know where cases come from.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# In some the clocks change at midnight, by half an hour, or back into the day before.
ZONES = {
    "Africa/Cairo": "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "America/Santiago": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "Asia/Beirut": "EET-2EEST,M3.5.0/0,M10.5.0/0",
    "Asia/Kolkata": "IST-5:30",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "Pacific/Chatham": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "UTC": "UTC0",
}


@dataclass(frozen=True)
class Case:
    """A tariff and a record as JSON texts, and the zone by its name."""

    tariff: dict[str, Any]
    cdr: dict[str, Any]
    zone: str

    def texts(self) -> tuple[str, str]:
        """Return both documents as JSON."""
        return written(self.tariff), written(self.cdr)


def written(document: Any) -> str:
    """Write JSON with decimal numbers as they are."""
    if isinstance(document, dict):
        return "{%s}" % ", ".join(f"{json.dumps(key)}: {written(value)}" for key, value in document.items())
    if isinstance(document, list):
        return "[%s]" % ", ".join(written(value) for value in document)
    return format(document, "f") if isinstance(document, Decimal) else json.dumps(document)
