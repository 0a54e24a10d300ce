"""Says when a session was without power, and from when the register at its end is.

It does not know why the power failed. A receipt tells the pauses after which a session went on; where it did
not, the time that was measured ended with the last reading before, and the session with the first after.
"""

from typing import Any

from firmware.pricing import calendar
from tools.documents import written
from tools.proofs import times

# With one of these the session ended at a register from before.
_NOT_READ = ("last_good_reading", "records_lost", "meter_changed", "meter_backwards", "meter_jump")


def gaps(receipt: dict[str, Any], said: dict[str, str]) -> list[str]:
    """Return a sentence for each time without power, the last one with where the end's register is from."""
    pauses = receipt.get("interruptions", ())
    told = [_sentence((pause["from"], pause["to"]), receipt, said) for pause in pauses]
    flags = receipt.get("flags", ())
    if "power_loss" in flags:
        source = said["read_before" if any(flag in flags for flag in _NOT_READ) else "read_after"]
        told.append(said["then"].join((_sentence(last(receipt), receipt, said), source)))
    return told


def last(receipt: dict[str, Any]) -> tuple[str, str] | None:
    """Return when the power that ended a session was away (UTC), None where the clock does not tell, or where
    it did not end so.
    """
    if "power_loss" not in receipt.get("flags", ()):
        return None
    start, stop = receipt["start"]["at"], receipt["stop"]["at"]
    if start is None or stop is None:
        return None
    lost_s = calendar.parse_utc(start) + receipt["duration_s"] + times.away_s(receipt)
    # A clock that was put right in mid-session puts the moments in no order.
    return None if lost_s > calendar.parse_utc(stop) else (calendar.format_utc(lost_s), stop)


def _sentence(span: tuple[str, str] | None, receipt: dict[str, Any], said: dict[str, str]) -> str:
    if span is None:
        return said["lost_unknown"]
    begin, end = written.pause(*span, receipt)
    return said["lost_and_back"].format(begin=begin, end=end)
