"""Builds the record that cancels or corrects a receipt: a new one that names the old, which stays as it is.

It does not know who asks for it. A cancellation takes back every amount; a correction takes the old one's
place with a bill of its own. Both bear the old number and C1, C2 … behind it, so that none is missing.
"""

from firmware.errors import ReceiptError

CANCELLED = "receipt.cancelled"
CORRECTED = "receipt.corrected"

_AMOUNTS = ("net_minor", "vat_minor", "gross_minor")
# Start and stop are the dates of the supply, which a tax office asks of a correction, too.
_KEPT = (
    "session", "tariff", "currency", "rounding", "tax", "payment", "token", "contract", "start", "stop",
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Document = dict[str, Any]


def cancelled(old: "Document", named: "Document", reason: str) -> "Document":
    """Return the members of `receipt.cancelled`: those of the old receipt, every amount taken back.

    `named` is {"receipt", "hash" (chain.hash of the old record), "code", "number" (1, 2 … of its
    corrections), "zone" (POSIX TZ, by whose clock it is issued)}. Raises ReceiptError for what is no
    receipt or is not the one named.
    """
    members = _members(old, named, reason)
    members["lines"] = [_negated(line) for line in old["lines"]]
    members["vat"] = [_negated(rate) for rate in old["vat"]]
    for key in ("net_minor", "gross_minor"):
        members[key] = -old[key]
    return members


def corrected(old: "Document", named: "Document", reason: str, bill: "Document") -> "Document":
    """Return the members of `receipt.corrected`: a bill (of the engine) that counts in place of the old."""
    members = _members(old, named, reason)
    for key in ("lines", "vat", "net_minor", "gross_minor", "currency", "rounding", "tax"):
        if key in bill:
            members[key] = bill[key]
    if members["currency"] != old["currency"]:
        raise ReceiptError("a correction in %s of a receipt in %s" % (members["currency"], old["currency"]))
    return members


def _members(old: "Document", named: "Document", reason: str) -> "Document":
    if old.get("kind") != "session.ended":
        raise ReceiptError("a record of kind %r is no receipt to correct" % old.get("kind"))
    if old["receipt"] != named["receipt"]:
        raise ReceiptError("receipt %s is not %s, which is named" % (old["receipt"], named["receipt"]))
    if not reason:
        raise ReceiptError("a correction without a reason; say in words why")
    if named["number"] < 1:
        raise ReceiptError("corrections count from 1, not from %d" % named["number"])
    members = {key: old[key] for key in _KEPT if key in old}
    members["receipt"] = "%s-C%d" % (named["receipt"], named["number"])
    members["corrects"] = {key: named[key] for key in ("receipt", "hash", "code")}
    members["reason"] = reason
    members["zone"] = named["zone"]
    return members


def _negated(entry: "Document") -> "Document":
    """Return a line or a VAT rate with its amounts, and what they are reckoned from, taken back."""
    told = dict(entry)
    for key in _AMOUNTS:
        if key in told:
            told[key] = -told[key]
    if "quantity" in told:
        quantity = told["quantity"]
        told["quantity"] = quantity[1:] if quantity.startswith("-") else "-" + quantity
    return told
