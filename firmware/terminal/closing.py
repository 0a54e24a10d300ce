"""Makes the end of a session: bill, OCMF record, receipt, as the members of `session.ended`.

It does not know why the session ended; it is told.
"""

import hashlib

from . import version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..pricing.calendar import Zone
    from .billing import Billing
    from .recorder import Recorder


async def members(
    billing: "Billing", recorder: "Recorder", zone: "Zone", ending: "dict[str, Any]"
) -> "dict[str, Any]":
    """Return the members of session.ended for `{"stop", "reason", "flags", "language"}`; `stop` is `{"wh",
    "utc_s", "clock"}`.
    """
    bill = billing.bill()
    tariff_text = _tariff_text(billing, bill, zone, ending["language"])
    opened = recorder.known["open"]
    facts = {
        "receipt": opened["session"],
        "number": recorder.known["receipts"] + 1,
        "token": {name: told for name, told in opened["token"].items() if name != "card"},
        "contract": opened["contract"],
        "payment": opened.get("payment"),
        "zone": zone,
        "start": billing.start,
        "stop": ending["stop"],
        "duration_ms": billing.elapsed_ms,
        "gateway": {"model": "Kilotap", "serial": recorder.terminal, "version": version.FIRMWARE},
        "meter": {"model": opened["meter"]["model"], "serial": opened["meter"]["serial"]},
        "tariff": opened["tariff"],
        "tariff_text": tariff_text,
        "bill": bill,
        "reason": ending["reason"],
        "flags": list(ending["flags"]),
    }
    signed = _meter_record(facts)
    facts["ocmf"] = _assembled(signed, await recorder.sign(hashlib.sha256(signed.encode()).digest()))
    return _receipt(facts)


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


def _tariff_text(billing: "Billing", bill: "dict[str, Any]", zone: "Zone", language: str) -> str:
    """Return what the meter's record says of the price: a code where one says all of it, else words."""
    from firmware.receipts import tarifftext

    tariff = billing.tariff
    is_discounted = [line for line in bill["lines"] if "discount" in line]
    told = None if is_discounted else tarifftext.coded(tariff)
    told = told or tarifftext.words(tariff, language)
    if told:
        return told
    from firmware.screens import words

    prices = words.quote(tarifftext.entries(tariff), tariff.currency, language, zone, None)
    return tarifftext.joined(prices).replace("\u00a0", " ")
