"""Holds the firmware's zones against zoneinfo, whose files end with the zone's POSIX TZ string (RFC 8536).

It does not know how the firmware computes.
"""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from firmware.pricing import calendar

# Their rules are the same from 2020 on; Lord Howe changes by half an hour, Dublin's winter is the deviation.
STABLE = (
    "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Asia/Jerusalem",
    "Asia/Kolkata", "UTC",
)  # fmt: skip
# Their clocks follow the moon, which no POSIX TZ string can say.
BY_THE_MOON = ("Africa/Casablanca", "Africa/El_Aaiun")


def posix_tz(key: str) -> str:
    content = resources.files("tzdata").joinpath("zoneinfo", key).read_bytes()
    return content.rstrip(b"\n").rpartition(b"\n")[2].decode()


def offset_s(zone: zoneinfo.ZoneInfo, utc_s: int) -> int:
    offset = datetime.fromtimestamp(utc_s, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset / timedelta(seconds=1))


def changes(zone: zoneinfo.ZoneInfo, first_s: int, last_s: int) -> list[int]:
    """Return the first second after each change of the clocks."""
    found = []
    for start_s in range(first_s, last_s, 86400):
        low, high = start_s, start_s + 86400
        before = offset_s(zone, low)
        if before != offset_s(zone, high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_s(zone, middle) == before else (low, middle)
            found.append(high)
    return found


@pytest.mark.parametrize("key", STABLE)
def test_every_change_from_2020_to_2040_comes_in_its_second(key: str) -> None:
    known, ours = zoneinfo.ZoneInfo(key), calendar.Zone(posix_tz(key))
    first_s, last_s = calendar.parse_utc("2020-01-01T00:00:00Z"), calendar.parse_utc("2041-01-01T00:00:00Z")
    moments = changes(known, first_s, last_s)
    assert len(moments) == (0 if key in ("Asia/Kolkata", "UTC") else 42)
    for moment_s in moments:
        for utc_s in (moment_s - 1, moment_s):
            assert ours.offset_s(utc_s) == offset_s(known, utc_s), calendar.format_utc(utc_s)


def test_the_rules_of_the_whole_world_agree() -> None:
    by_rule = {posix_tz(key): key for key in zoneinfo.available_timezones() if key not in BY_THE_MOON}
    assert len(by_rule) > 50
    first_s = calendar.parse_utc("2034-01-01T00:30:00Z")
    for rule, key in sorted(by_rule.items()):
        known, ours = zoneinfo.ZoneInfo(key), calendar.Zone(rule)
        for utc_s in range(first_s, first_s + 2 * 366 * 86400, 86400 + 5 * 3600):
            assert ours.offset_s(utc_s) == offset_s(known, utc_s), (key, rule, calendar.format_utc(utc_s))


@pytest.mark.parametrize("key", STABLE)
def test_local_texts_are_those_of_datetime(key: str) -> None:
    known, ours = zoneinfo.ZoneInfo(key), calendar.Zone(posix_tz(key))
    first_s = calendar.parse_utc("2020-01-01T00:00:00Z")
    for utc_s in range(first_s, first_s + 8000 * 86400, 40 * 86400 + 12345):
        local = datetime.fromtimestamp(utc_s, UTC).astimezone(known)
        assert ours.format_local(utc_s) == local.isoformat()
        assert calendar.local_date(ours, utc_s) == local.date().isoformat()
        assert calendar.format_utc(utc_s) == datetime.fromtimestamp(utc_s, UTC).isoformat()[:19] + "Z"
        assert calendar.parse_utc(calendar.format_utc(utc_s)) == utc_s
