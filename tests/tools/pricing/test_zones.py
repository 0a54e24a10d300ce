"""Finds zones by IANA name and by POSIX TZ string, and tells the offset's changes to the second.

The moments are those at which the EU and the US change their clocks in 2026.
"""

import click
import pytest

from firmware.pricing import calendar
from tools.pricing import zones

SPRING_S = calendar.parse_utc("2026-03-29T01:00:00Z")


def change_s(zone: calendar.Zone, utc_s: int) -> int:
    """Return when the offset of a moment may change next."""
    midnight_s = utc_s // 86400 * 86400
    offset_s, left_s = zone.holding(utc_s // 86400, utc_s - midnight_s)
    assert left_s is not None and offset_s == zone.offset_s(utc_s)
    return midnight_s + left_s


def test_an_iana_zone_has_the_shape_that_the_engine_asks() -> None:
    zone = zones.find("Europe/Berlin")
    assert zone.text == "Europe/Berlin"
    assert (zone.offset_s(SPRING_S - 1), zone.offset_s(SPRING_S)) == (3600, 7200)
    assert change_s(zone, SPRING_S - 86400) == SPRING_S
    assert change_s(zone, SPRING_S) == calendar.parse_utc("2026-10-25T01:00:00Z")


def test_what_was_asked_before_changes_no_answer() -> None:
    asked, fresh = zones.find("America/New_York"), calendar.Zone("EST5EDT,M3.2.0,M11.1.0")
    for moment_s in range(SPRING_S - 40 * 86400, SPRING_S + 400 * 86400, 43200 + 1):
        assert asked.offset_s(moment_s) == fresh.offset_s(moment_s)
        assert change_s(asked, moment_s) == change_s(fresh, moment_s)


def test_a_zone_without_changes_keeps_its_offset() -> None:
    zone = zones.find("Asia/Kolkata")
    later_s = change_s(zone, SPRING_S)
    assert zone.offset_s(later_s) == zone.offset_s(SPRING_S) == 19800


def test_a_posix_string_is_the_firmwares_own_zone() -> None:
    assert isinstance(zones.find("CET-1CEST,M3.5.0,M10.5.0/3"), calendar.Zone)


def test_zones_are_those_of_the_pinned_package() -> None:
    import tzdata

    assert tzdata.IANA_VERSION in zones.SOURCE
    assert "Europe/Kyiv" in zones.names()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("utc", "did you mean UTC?"),
        ("Mars/Olympus", "is no IANA name"),
        ("CET-1CEST,M13.5.0,M10.5.0", "expected a number from 1 to 12"),
        ("../../../etc/passwd", "is no IANA name"),
        ("", "is no IANA name"),
    ],
)
def test_what_is_no_zone_is_told_with_the_nearest_one(text: str, sentence: str) -> None:
    with pytest.raises(click.BadParameter, match=".*") as raised:
        zones.find(text)
    assert sentence in raised.value.message
