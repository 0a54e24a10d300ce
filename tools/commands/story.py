"""Tells people how a story goes while it is played, and gathers its events into the players' common result.

It does not know whether the story is simulated or played on the bench.
"""

import base64
import json
import sys
from typing import Any, TextIO

import click

from firmware.pricing import money
from tools.commands import output

TIME_OF_DAY = slice(11, 19)


class Teller:
    """Takes a player's events one by one; `result()` is the scenario's JSON."""

    def __init__(self, receipts_to: TextIO):
        self._receipts_to = receipts_to
        self._parts: dict[str, Any] = {}
        self._jws: list[str] = []
        self._records: list[dict] = []
        self._screens: list[dict] = []

    def take(self, event: dict) -> None:
        """Take a screen, a record, a word of progress, or the result."""
        if "screen" in event:
            self._screens.append(event["screen"])
            self._say(event["screen"]["at"][TIME_OF_DAY], " | ".join(event["screen"]["lines"]))
        if "jws" in event:
            self._take_record(event["jws"])
        if "progress" in event:
            step = event["progress"]
            self._say(f"step {step['step']}", f"{step['action']} {output.json_line(step['argument'])}")
        if "result" in event:
            self._parts = event["result"]

    def result(self) -> dict:
        """Return the result in the form of the scenario page."""
        gathered = {
            "records": self._records,
            "jws": self._jws,
            "receipts": [record for record in self._records if record["kind"] == "session.ended"],
            "screens": self._screens,
        }
        parts = {"terminal": None, "office": None, "meter": None, "invariants": None}
        return {**parts, **gathered, **self._parts}

    def conclude(self, json_target: str | None) -> int:
        """Write the result where it was asked for, say how the story ended, and return the exit code."""
        result = self.result()
        if json_target:
            output.emit(result, json_target)
        invariants = result["invariants"]
        if invariants is None:
            raise click.ClickException("the player ended without a result; add --debug to see why")
        for sentence in invariants["violated"]:
            self._say(
                "", f"violated: {sentence if isinstance(sentence, str) else output.json_line(sentence)}"
            )
        told = f"{invariants['checked']} invariants checked, {len(invariants['violated']) or 'none'} violated"
        self._say("", f"{len(self._records)} records, {len(result['receipts'])} receipts; {told}")
        return 1 if invariants["violated"] else 0

    def _take_record(self, compact: str) -> None:
        payload = payload_of(compact)
        self._jws.append(compact)
        self._records.append(payload)
        if payload["kind"] == "session.ended":
            print(receipt(payload), file=self._receipts_to, flush=True)

    def _say(self, when: str, words: str) -> None:
        print(f"{when:9} {words}", file=sys.stderr, flush=True)


def receipts_stream(json_target: str | None) -> TextIO:
    """Return where receipts for people go: stdout, unless that is for the JSON."""
    return sys.stderr if json_target == "-" else sys.stdout


def payload_of(compact: str) -> dict:
    """Return a record's payload to be shown; nothing is verified here."""
    part = compact.split(".")[1]
    payload: dict = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def receipt(record: dict) -> str:
    """Return a receipt as a driver would read it on paper."""
    currency = record["currency"]

    def price(minor: int) -> str:
        return money.format_minor(minor, currency)

    rows = [("Receipt", record["receipt"])]
    rows += [("Start", record["start"]["local"]), ("Stop", record["stop"]["local"])]
    meter = record["meter"]
    rows += [("Meter", f"{meter['serial']}  {meter['start_wh']} Wh to {meter['stop_wh']} Wh")]
    rows += [("Energy", f"{record['energy_wh']} Wh")]
    # A unit price is net but where the tariff says that its prices have the VAT in them.
    amount, told = ("net_minor", " net") if record.get("tax", "NO") == "NO" else ("gross_minor", "")
    for line in record["lines"]:
        quantity = f"{line['quantity']} {line['unit']} at {line['unit_price']}"
        rows.append((line["dimension"], f"{quantity} = {price(line[amount])}{told}"))
    rows += [("Net", price(record["net_minor"]))]
    rows += [(f"VAT {vat['rate']} %", price(vat["vat_minor"])) for vat in record["vat"]]
    rows += [("Total", price(record["gross_minor"])), ("Ended by", record["reason"])]
    width = max(len(name) for name, _ in rows)
    return (
        "\n"
        + "\n".join(f"  {name:{width}}  {'-' if shown is None else shown}" for name, shown in rows)
        + "\n"
    )
