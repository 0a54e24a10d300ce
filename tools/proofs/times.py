"""Checks what a receipt says of time: begin, end, duration and pauses, in UTC and at the place.

It does not know the records around it, nor prices. Two clocks tell the time: that of the day, which may be
set in between, and ticks, which measured the duration. Where they differ the receipt has to say so.
"""

from collections.abc import Iterator
from typing import Any

from firmware.pricing import calendar
from firmware.receipts import receipt as made
from tools.proofs.proof import Proof

# A record is made after the reading that it tells, and both are of whole seconds.
SLACK_S = 2
CLOCKS = ("synchronised", "estimated", "unset")


def check(proof: Proof, receipt: dict[str, Any]) -> None:
    """Hold every moment of a receipt against the others, and the duration against begin and end."""
    problems = [*_places(receipt), *_pauses(receipt), *_order(receipt)]
    why = f"{receipt['duration_s']} s, as begin, end and the local times say"
    if made.CLOCK_SET in receipt["flags"]:
        why = f"{receipt['duration_s']} s were measured; the clock was set in between, as the receipt says"
    proof.found("times", problems, why)


def utc_s(told: object) -> int | None:
    """Return a moment of a record in seconds, None for a clock that was unset. Raises PricingError."""
    return None if told is None else int(calendar.parse_utc(told))  # type: ignore[arg-type]


def away_s(receipt: dict[str, Any]) -> int:
    """Return how many seconds a session stood still for want of power."""
    return sum((one["to_s"] or 0) - (one["from_s"] or 0) for one in pauses(receipt))


def pauses(receipt: dict[str, Any]) -> list[dict[str, int | None]]:
    """Return when a session stood still, in UTC, as `firmware.receipts` writes of them."""
    told = receipt.get("interruptions", ())
    return [{"from_s": utc_s(one["from"]), "to_s": utc_s(one["to"])} for one in told]


def _places(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield where the local time is another moment, or a clock's state is not that of its moment."""
    for name in ("start", "stop"):
        moment = receipt[name]
        at, local = moment["at"], moment["local"]
        if (at is None) != (moment["clock"] == "unset") or (local is None) != (at is None):
            yield f"{name}: a clock that is {moment['clock']} and shows {at}, {local} at the place"
        elif moment["clock"] not in CLOCKS:
            yield f"{name}: there is no clock that is {moment['clock']}"
        elif at is not None and _instant(local) != utc_s(at):
            yield f"{name}: {local} at the place is not {at}"
    if (receipt["at"] is None) != (receipt["clock"] == "unset"):
        yield f"the record is of {receipt['at']} by a clock that is {receipt['clock']}"


def _instant(local: str) -> int | None:
    """Return the moment of a local time that is written as terminals write it, None of any other text."""
    second, _, _ = calendar.parse_moment(local)
    offset_s = calendar.parse_utc(local[:19] + "Z") - second
    return int(second) if calendar.format_offset(second, offset_s) == local else None


def _pauses(receipt: dict[str, Any]) -> Iterator[str]:
    told = receipt.get("interruptions", ())
    if bool(told) != ("resumed" in receipt["flags"]):
        yield f"{len(told)} times without power, and the flags are {', '.join(receipt['flags']) or 'none'}"
    last, is_set = receipt["start"]["at"], made.CLOCK_SET in receipt["flags"]
    for pause in told:
        if utc_s(pause["to"]) < utc_s(pause["from"]):  # type: ignore[operator]
            yield f"the power came back at {pause['to']}, before it went at {pause['from']}"
        if last is not None and pause["from"] < last and not is_set:
            yield f"the power went at {pause['from']}, before {last}"
        last = pause["to"]
    stop = receipt["stop"]["at"]
    if told and stop is not None and last is not None and stop < last and not is_set:
        yield f"it ended at {stop}, before the power came back at {last}"


def _order(receipt: dict[str, Any]) -> Iterator[str]:
    start_s, stop_s = utc_s(receipt["start"]["at"]), utc_s(receipt["stop"]["at"])
    duration_s, is_set = receipt["duration_s"], made.CLOCK_SET in receipt["flags"]
    if duration_s < 0:
        yield f"a duration of {duration_s} s"
    passed_s, flags = duration_s + away_s(receipt), receipt["flags"]
    # Pauses out of order are told above where the receipt does not say why.
    if made.is_clock_set(start_s, stop_s, passed_s, flags, pauses(receipt) if is_set else ()) != is_set:
        yield _unlike(receipt, (stop_s or 0) - (start_s or 0))
    recorded_s = utc_s(receipt["at"])
    for name, moment_s in (("began", None if is_set else start_s), ("ended", stop_s)):
        if recorded_s is not None and moment_s is not None and moment_s > recorded_s + SLACK_S:
            told = calendar.format_utc(moment_s)
            yield f"it {name} at {told}, after its record was made at {receipt['at']}"


def _unlike(receipt: dict[str, Any], between_s: int) -> str:
    start, stop = receipt["start"]["at"], receipt["stop"]["at"]
    if made.CLOCK_SET in receipt["flags"]:
        return f"it says that the clock was set, and {receipt['duration_s']} s fit {start} to {stop}"
    if between_s < 0:
        return f"it ended at {stop}, before it began at {start}"
    without = f" without {away_s(receipt)} s of no power" if receipt.get("interruptions") else ""
    return f"it took {receipt['duration_s']} s, and from {start} to {stop} are {between_s} s{without}"
