"""Makes the end of a session: bill, OCMF record, receipt, as the members of `session.ended`.

It does not know why the session ended; it is told.
"""

import hashlib

from . import version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..pricing.calendar import Zone
    from ..pricing.tariff import Tariff
    from .billing import Billing
    from .recorder import Recorder


async def members(
    billing: "Billing", recorder: "Recorder", zone: "Zone", ending: "dict[str, Any]"
) -> "dict[str, Any]":
    """Return the members of session.ended for `{"stop", "reason", "flags"}`; `stop` is `{"wh", "utc_s",
    "clock"}`, and "from_s" where its register was read before. Where the meter signs for itself,
    "meter_record" and "meter_key" are there, too.
    """
    bill = billing.bill()
    opened = recorder.known["open"]
    facts = {
        "receipt": opened["session"],
        "number": recorder.known["receipts"] + 1,
        "token": {name: told for name, told in opened["token"].items() if name != "card"},
        "contract": opened["contract"],
        "payment": opened.get("payment"),
        "zone": _Told(zone),
        "start": billing.start,
        "stop": ending["stop"],
        "duration_ms": billing.elapsed_ms,
        "gateway": {"model": "Kilotap", "serial": recorder.terminal, "version": version.FIRMWARE},
        "meter": {
            "model": opened["meter"]["model"],
            "serial": opened["meter"]["serial"],
            "resolution_wh": _step_wh(billing.start, ending["stop"]),
        },
        "tariff": opened["tariff"],
        "tariff_text": billing.tariff_text,
        "bill": bill,
        "reason": ending["reason"],
        "flags": (["resumed"] if billing.pauses else []) + list(ending["flags"]),
        "pauses": billing.pauses,
        "meter_record": ending.get("meter_record"),
        "meter_key": ending.get("meter_key"),
    }
    signed = _meter_record(facts)
    facts["ocmf"] = _assembled(signed, await recorder.sign(hashlib.sha256(signed.encode()).digest()))
    return _receipt(facts)


class _Told:
    """A place's zone that writes each moment once: the meter's record and the receipt tell the same ones."""

    def __init__(self, zone: "Zone") -> None:
        self._zone = zone
        self._texts: "dict[int, str]" = {}

    def format_local(self, utc_s: int) -> str:
        """Write a moment as RFC 3339 with the offset of the place."""
        text = self._texts.get(utc_s)
        if text is None:
            text = self._texts[utc_s] = self._zone.format_local(utc_s)
        return text


# What writes them is in memory only while it does, one after the other.


def _meter_record(facts: "dict[str, Any]") -> str:
    from firmware.receipts import ocmf

    return ocmf.payload(facts)


def _assembled(signed: str, signature: bytes) -> str:
    from firmware.receipts import ocmf

    return ocmf.assemble(signed, signature)


def _receipt(facts: "dict[str, Any]") -> "dict[str, Any]":
    from firmware.receipts import receipt

    return receipt.build(facts)


def _step_wh(start: "dict[str, Any]", stop: "dict[str, Any]") -> int:
    """Return the wider step of both registers: one in float32 loses digits as it grows."""
    return max(start.get("resolution_wh", 1), stop.get("resolution_wh", 1))


def tariff_text(tariff: "Tariff", is_discounted: bool, zone: "Zone", language: str) -> str:
    """Return what the meter's record says of the price: a code where one says all of it, else words."""
    from firmware.receipts import tarifftext

    told = None if is_discounted else tarifftext.coded(tariff)
    told = told or tarifftext.words(tariff, language)
    if told:
        return told
    from firmware.screens import words

    prices = words.quote(tarifftext.entries(tariff), tariff.currency, language, zone, None)
    return tarifftext.joined(prices).replace("\u00a0", " ")
