"""What a receipt's document says, in one language: facts, lines, totals and proof, as texts in their order.

It does not know paper, pages and screens.
"""

from dataclasses import dataclass, field
from typing import Any

from firmware.errors import PricingError
from firmware.pricing import money
from firmware.receipts import correction
from firmware.screens import catalogue, words
from tools import exact
from tools.documents import power, proofs, reckoned, texts, written
from tools.documents.proofs import Evidence, Pairs

HEADINGS = ("item", "quantity", "unit_price", "vat", "net", "gross")
_TIMED = ("TIME", "PARKING_TIME")

# (what it is, where it leads)
Links = list[tuple[str, str]]


@dataclass
class Document:
    """The texts of a document; `lines` have one cell for each heading, and what stands small below them."""

    language: str
    words: dict[str, str]
    title: str
    number: str
    code: str
    verdict: str
    is_valid: bool | None
    issuer: list[str] = field(default_factory=list)
    facts: Pairs = field(default_factory=list)
    registers: Pairs = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    lines: list[tuple[list[str], str]] = field(default_factory=list)
    totals: Pairs = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    links: Links = field(default_factory=list)


def of(
    receipt: dict[str, Any],
    kid: str,
    code: str,
    language: str,
    public: bytes | None,
    is_valid: bool | None,
    own: proofs.MetersKey | None = None,
    learned: dict[str, str] | None = None,
) -> Document:
    """Return the document of a receipt's payload; `is_valid` None says that no key was there to ask, `own`
    what was found of the record of a meter that signs, and `learned` moments of UTC that the terminal did not
    know and its ledger tells later (tools.proofs.learned).
    """
    said = texts.of(language)
    verdict = said["unknown"] if is_valid is None else said["valid" if is_valid else "invalid"]
    kinds = {correction.CANCELLED: "cancellation", correction.CORRECTED: "correction"}
    title = said[kinds.get(receipt["kind"], "receipt")]
    told = Document(language, said, title, receipt["receipt"], code, verdict, is_valid)
    told.facts = _facts(receipt, said, language, learned or {})
    if "meter" in receipt:
        told.registers = _registers(receipt, said, language)
    price = "unit_price_net" if receipt.get("tax", "NO") == "NO" else "unit_price_gross"
    told.headings = [said[price if name == "unit_price" else name] for name in HEADINGS]
    told.lines = [_line(line, receipt, said, language) for line in receipt["lines"]]
    told.totals = _totals(receipt, said, language)
    told.evidence = proofs.of(receipt, said, kid, public, own)
    _demand_texts(told)
    return told


def _demand_texts(told: Document) -> None:
    """Raise TypeError where a receipt holds anything but the text that is to be shown."""
    shown: list[Any] = [told.number]
    for pairs in (told.facts, told.registers, told.totals, *(one.facts for one in told.evidence)):
        shown += [text for pair in pairs for text in pair]
    for cells, note in told.lines:
        shown += (*cells, note)
    wrong = [one for one in shown if not isinstance(one, str)]
    if wrong:
        raise TypeError(f"{str(wrong[0])[:40]} where a text belongs")


def _facts(receipt: dict[str, Any], said: dict[str, str], language: str, learned: dict[str, str]) -> Pairs:
    issued = written.there(receipt.get("at"), receipt)
    if receipt.get("at") is None and "issued" in learned:
        issued = _learned(learned["issued"], receipt, said)
    facts = [(said["terminal"], receipt["terminal"]), (said["issued"], issued)]
    if "corrects" in receipt:
        named = receipt["corrects"]
        verb = "cancels" if receipt["kind"] == correction.CANCELLED else "replaces"
        facts.append((said[verb], said["of_receipt"].format(number=named["receipt"], code=named["code"])))
        facts.append((said["why"], receipt["reason"]))
    token = receipt.get("token") or {}
    facts.append((said["contract"], str(receipt.get("contract") or "–")))
    facts.append((said["card"], _card(receipt, token)))
    if "start" in receipt:
        for key in ("start", "stop"):
            facts.append((said[key], _moment(key, receipt, said, language, learned)))
    if "duration_s" in receipt:
        facts += [(said["interrupted"], told) for told in power.gaps(receipt, said)]
        facts.append((said["duration"], written.duration(receipt["duration_s"])))
        facts.append((said["ended"], texts.reason(receipt["reason"], language)))
    if receipt.get("flags"):
        facts.append(
            (said["remarks"], said["then"].join(texts.flag(one, language) for one in receipt["flags"]))
        )
    return facts


def _moment(
    key: str, receipt: dict[str, Any], said: dict[str, str], language: str, learned: dict[str, str]
) -> str:
    """Write when a session began or ended; what no clock told as its ledger does, or as it was measured."""
    if receipt[key]["at"] is None and key in learned:
        return _learned(learned[key], receipt, said)
    text = reckoned.moment(receipt, key)
    if text is not None:
        return f"{written.there(text, receipt)} ({said['reckoned_' + key]})"
    return written.moment(receipt[key], language)


def _learned(text: str, receipt: dict[str, Any], said: dict[str, str]) -> str:
    """Write a moment that the terminal did not know then."""
    return f"{written.there(text, receipt)} ({said['learned_later']})"


def _card(receipt: dict[str, Any], token: dict[str, Any]) -> str:
    """Name the card: a bank card by its scheme, masked number and transaction, any other by its UID."""
    payment = receipt.get("payment") or {}
    if payment.get("kind") == "card":
        return f"{payment['scheme']} {payment['masked']}, {payment['transaction']}"
    return str(token.get("uid") or token.get("transaction") or "–")


def _registers(receipt: dict[str, Any], said: dict[str, str], language: str) -> Pairs:
    meter = receipt["meter"]
    return [
        (said["meter"], meter["model"]),
        (said["serial"], meter["serial"] or "–"),
        (said["register_start"], written.kwh(meter["start_wh"], language)),
        (said["register_stop"], written.kwh(meter["stop_wh"], language)),
        (said["energy"], written.kwh(receipt["energy_wh"], language)),
    ]


def _line(
    line: dict[str, Any], receipt: dict[str, Any], said: dict[str, str], language: str
) -> tuple[list[str], str]:
    currency, dimension = receipt["currency"], line["dimension"]
    per = {"kWh": "/kWh", "h": "/h"}.get(line["unit"], "")
    # A line of several rates has none of its own; the totals tell them.
    vat = "–" if line["vat"] is None else written.decimal(line["vat"], language) + " %"
    cells = [
        texts.dimension(dimension, language),
        _quantity(line, language),
        f"{written.decimal(line['unit_price'], language, 2)} {currency}{per}",
        vat,
        money.format_minor(line["net_minor"], currency, language),
        money.format_minor(line["gross_minor"], currency, language),
    ]
    notes = [_span(line, receipt, said), _why(line, language)]
    if "discount" in line:
        notes.append(line["discount"]["name"])
    notes += [said[key] for key in ("step", "estimated") if line.get(key)]
    return cells, ", ".join(note for note in notes if note)


def _span(line: dict[str, Any], receipt: dict[str, Any], said: dict[str, str]) -> str:
    """Say from when to when a line counted: what a line leaves out is the session's own start or end."""
    begin, end = line.get("from"), line.get("to")
    if line["dimension"] in ("ENERGY", *_TIMED) and "start" in receipt:
        begin = begin if begin is not None else receipt["start"]["local"]
        end = end if end is not None else _end(line, receipt)
    if begin is None:
        return ""
    if isinstance(begin, int) or isinstance(end, int):
        told = [written.duration(one) if isinstance(one, int) else "…" for one in (begin, end)]
        return f"{told[0]} – {told[1]} {said['session_time']}"
    first = written.local(begin)
    if end is None:
        return first
    last = written.local(end)
    if begin[19:] != end[19:]:
        # The clocks changed in between.
        return f"{first} {begin[19:]} – {last} {end[19:]}"
    return f"{first} – {last[11:] if last[:10] == first[:10] else last}"


def _end(line: dict[str, Any], receipt: dict[str, Any]) -> str | None:
    """Return when a line without an end ended: with the session, but time already with the power."""
    lost = power.last(receipt) if line["dimension"] in _TIMED else None
    return written.at_place(lost[0], receipt) if lost else receipt["stop"]["local"]


def _why(line: dict[str, Any], language: str) -> str:
    try:
        told = words.conditions(catalogue.texts_of(language), language, line.get("why") or ())
    except (ArithmeticError, LookupError, PricingError, TypeError, ValueError):
        told = str(line["why"])
    return told.replace(catalogue.NO_BREAK, " ")


def _totals(receipt: dict[str, Any], said: dict[str, str], language: str) -> Pairs:
    currency = receipt["currency"]
    totals = [(said["net"], money.format_minor(receipt["net_minor"], currency, language))]
    for vat in receipt["vat"]:
        rate = "–" if vat["rate"] is None else written.decimal(vat["rate"], language)
        net = money.format_minor(vat["net_minor"], currency, language)
        label = said["vat_of"].format(rate=rate, net=net)
        totals.append((label, money.format_minor(vat["vat_minor"], currency, language)))
    if receipt.get("tax") == "N/A":
        totals.append((said["no_tax"], "–"))
    totals.append((said["gross"], money.format_minor(receipt["gross_minor"], currency, language)))
    return totals


def _quantity(line: dict[str, Any], language: str) -> str:
    if line["dimension"] in _TIMED:
        return written.duration(int(exact.number(line["quantity"]) * 3600))
    if line["unit"] == "kWh":
        return written.decimal(line["quantity"], language, 3) + " kWh"
    return written.decimal(line["quantity"], language)
