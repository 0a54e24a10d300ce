"""Checks what a receipt says of itself: sums, lines, price, and the meter's record in it.

It does not know the signature around it, or the ledger.
"""

import re
from collections.abc import Callable
from typing import Any

from firmware.errors import CryptoError, PricingError
from firmware.pricing import money
from firmware.receipts import correction, totals
from firmware.screens import catalogue, words
from tools import curves, exact, keys
from tools.proofs import agreement, naming, ocmf, times
from tools.proofs import prices as redone
from tools.proofs.proof import Proof

ENDED = "session.ended"
KINDS = (ENDED, correction.CANCELLED, correction.CORRECTED)

# The tariff document of an id and hash, or None where it is not at hand.
Prices = Callable[[dict[str, Any]], dict[str, Any] | None]
GARBLED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, CryptoError, PricingError)


def check(
    proof: Proof,
    receipt: dict[str, Any],
    public: list[bytes],
    prices: Prices,
    given: list[keys.PublicKey] | None = None,
) -> None:
    """Recompute what a receipt says twice, and verify the meter's own record in it.

    One that cancels or corrects another has no meter's record of its own. A meter that signs for itself has
    a key of its own, which is looked for among all that were given.
    """
    is_ended = receipt.get("kind") == ENDED
    try:
        naming.check(proof, receipt)
        if is_ended:
            _energy(proof, receipt)
            times.check(proof, receipt)
        adds_up = [_amounts(proof, receipt), _lines(proof, receipt)]
        if all(adds_up):
            _rates(proof, receipt)
        text = str(receipt["ocmf"]).encode() if is_ended else b""
        if not is_ended:
            _named(proof, receipt)
    except GARBLED as error:
        proof.check("members", False, f"the receipt lacks or garbles {error}")
        return
    if not is_ended:
        return
    try:
        redone.check(proof, receipt, prices)
    except GARBLED as error:
        proof.check("price", False, f"it cannot be redone from what the receipt says: {error}")
    at_hand = [keys.PublicKey(curves.CURVES[0], b"\x04" + one) for one in public]
    record = ocmf.verify(proof, text, at_hand)
    if record is not None:
        try:
            agreement.check(proof, receipt, record.payload)
        except GARBLED as error:
            proof.check("ocmf agrees", False, f"the receipt lacks or garbles {error}")
    if "meter_record" in receipt:
        told = meters_own(receipt, given or [])
        proof.checks += [(f"the meter's own {name}", holds, why) for name, holds, why in told.checks]


def meters_own(receipt: dict[str, Any], given: list[keys.PublicKey]) -> Proof:
    """Verify the record of a meter that signs, by a key given, or by the one that the terminal read of it."""
    inner = Proof("ocmf")
    told = str(receipt.get("meter_key", ""))
    try:
        named = keys.recognise(told.encode()) if told else []
    except keys.KeyProblem as error:
        inner.check("key", False, error.message)
        named = []
    record = ocmf.verify(inner, str(receipt["meter_record"]).encode(), [*given, *named])
    if record is not None:
        try:
            agreement.check_signed(inner, receipt, record.payload)
        except GARBLED as error:
            inner.check("ocmf agrees", False, f"the receipt lacks or garbles {error}")
    return inner


def _named(proof: Proof, receipt: dict[str, Any]) -> None:
    """Check that a correction bears the number of the receipt that it names."""
    old, number = receipt["corrects"]["receipt"], receipt["receipt"]
    wrong = (
        [] if re.fullmatch(re.escape(old) + r"-C[1-9][0-9]*", number) else [f"{number} is no number for it"]
    )
    verb = "cancels" if receipt["kind"] == correction.CANCELLED else "takes the place of"
    proof.found("corrects", wrong, f"it {verb} receipt {old}, short code {receipt['corrects']['code']}")


def _energy(proof: Proof, receipt: dict[str, Any]) -> None:
    meter = receipt["meter"]
    counted_wh = meter["stop_wh"] - meter["start_wh"]
    billed_wh = receipt["energy_wh"]
    why = f"{meter['stop_wh']} less {meter['start_wh']} is {counted_wh} Wh, billed are {billed_wh} Wh"
    proof.check("energy", counted_wh == billed_wh >= 0, why)


def _amounts(proof: Proof, receipt: dict[str, Any]) -> bool:
    net_minor, gross_minor = receipt["net_minor"], receipt["gross_minor"]
    sums = (
        ("the lines' net", sum(line["net_minor"] for line in receipt["lines"]), net_minor),
        ("the lines' gross", sum(line["gross_minor"] for line in receipt["lines"]), gross_minor),
        ("the net by VAT rate", sum(vat["net_minor"] for vat in receipt["vat"]), net_minor),
        ("net and VAT", net_minor + sum(vat["vat_minor"] for vat in receipt["vat"]), gross_minor),
    )
    wrong = [f"{name} is {summed}, not {stated}" for name, summed, stated in sums if summed != stated]
    return proof.found("amounts", wrong, "lines, net, VAT and gross add up")


def _lines(proof: Proof, receipt: dict[str, Any]) -> bool:
    """Redo every line: quantity by unit price, which rounding moves by less than one minor unit."""
    minor_units = 10 ** money.exponent(receipt["currency"])
    wrong = []
    for number, line in enumerate(receipt["lines"], 1):
        amount = exact.number(line["quantity"]) * exact.number(line["unit_price"]) * minor_units
        stated = line["net_minor"] if receipt.get("tax", "NO") == "NO" else line["gross_minor"]
        if abs(amount - stated) >= 1:
            told = f"{line['quantity']} {line['unit']} at {line['unit_price']} is {float(amount):.3f}"
            wrong.append(f"line {number}, {line['dimension']}: {told} minor units, not {stated}")
    shown = [text.replace(catalogue.NO_BREAK, " ") for text in words.bill(receipt, "en")]
    return proof.check("lines", not wrong, "; ".join(wrong or shown) or "nothing was charged")


def _rates(proof: Proof, receipt: dict[str, Any]) -> None:
    """Hold VAT and totals against what the lines' rates come to, as a bill that somebody hands in."""
    members = (*totals.MEMBERS, "tax")
    wrong = totals.problem({name: receipt[name] for name in members if name in receipt})
    proof.found("VAT", [wrong] if wrong else [], "VAT by rate and totals are those of the lines")
