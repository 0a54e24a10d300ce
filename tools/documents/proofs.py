"""What a receipt's document holds for strangers to verify: the signed records, and the keys that made them.

It does not know whether they hold; that comes in.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from firmware.crypto import keyforms
from tools.documents import written

# Bytes in the largest QR code, at the lowest level of error correction (ISO/IEC 18004, table 7).
MOST_IN_QR = 2953

Pairs = list[tuple[str, str]]


class MetersKey(NamedTuple):
    """Whether a meter's own record holds, and the record of the ledger that pinned its key (number, time)."""

    holds: bool
    pinned_seq: int | None = None
    pinned_at: str | None = None


@dataclass
class Evidence:
    """A signed record with its caption, and what it is verified by; without a record that is all."""

    title: str
    facts: Pairs = field(default_factory=list)
    record: str = ""
    caption: str = ""
    # None where the document as a whole says it.
    verdict: str = ""
    is_valid: bool | None = None

    def qr(self) -> str:
        """Return what a QR code holds: the record, or nothing where it is too large for one."""
        return self.record if len(self.record.encode()) <= MOST_IN_QR else ""

    def only_scanned(self, said: dict[str, str]) -> None:
        """Leave a record out that would have to stand as text, for all to read over a shoulder."""
        if self.text():
            self.caption = self.caption.replace(said["too_large"], said["too_large_elsewhere"])
            self.record = ""

    def text(self) -> str:
        """Return what has to stand as text, because it is too large for a QR code."""
        return "" if self.qr() else self.record


def of(
    receipt: dict[str, Any],
    said: dict[str, str],
    kid: str,
    public: bytes | None,
    own: MetersKey | None,
) -> list[Evidence]:
    """Return what a receipt is verified by: first the meter's own record, where it signs, then ours."""
    found = []
    if receipt.get("meter_record"):
        found.append(_meters_own(receipt, said, own))
    rule = receipt.get("rounding", "–")
    ours = Evidence(said["ours"], record=receipt.get("ocmf", ""))
    ours.facts = [
        (said["tariff"], receipt["tariff"]["id"]),
        (said["hash"], receipt["tariff"]["hash"]),
        (said["rounding"], said["rounding_rule"] if "largest remainder" in rule else rule),
        (said["fingerprint"], kid),
    ]
    if public:
        ours.facts.append((said["public_key"], keyforms.spki(public).hex()))
    _caption(ours, said, "qr_beside" if found else "qr")
    return [*found, ours]


def _meters_own(receipt: dict[str, Any], said: dict[str, str], own: MetersKey | None) -> Evidence:
    key = str(receipt.get("meter_key") or "")
    told = Evidence(said["meters"], record=str(receipt["meter_record"]))
    told.facts.append((said["meters_key"], key or "–"))
    told.facts.append((said["meters_fingerprint"], _sha256(key)))
    source = said["key_read"]
    if own is not None and own.pinned_seq is not None:
        source = said["key_pinned"].format(seq=own.pinned_seq, at=written.there(own.pinned_at, receipt))
    told.facts.append((said["key_from"], source))
    if own is not None:
        told.is_valid = own.holds
        told.verdict = said["meters_valid" if own.holds else "meters_invalid"]
    _caption(told, said, "qr_meters")
    return told


def _caption(told: Evidence, said: dict[str, str], name: str) -> None:
    if told.record:
        told.caption = said[name] + (" " + said["too_large"] if told.text() else "")


def _sha256(key: str) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(key)).hexdigest() if key else "–"
    except ValueError:
        return "–"
