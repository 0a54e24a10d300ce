"""Zones and moments; the numbers are those of POSIX, of RFC 8536 and of `date -u -d … +%s`.

It does not know the rest of the world's zones: tests/host/pricing compares those with zoneinfo.
"""

from firmware.errors import PricingError
from firmware.pricing import calendar
from tests.portable import raises

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


def offsets(posix_tz, *moments):
    """Return the offsets of a zone at some moments, in hours."""
    zone = calendar.Zone(posix_tz)
    seconds = [zone.offset_s(calendar.parse_utc(moment)) for moment in moments]
    assert not [s for s in seconds if s % 3600]
    return [s // 3600 for s in seconds]


def test_moments_are_read_and_written():
    for text, utc_s in (
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:00:00Z", 951825600),
        ("2026-03-28T16:59:00Z", 1774717140),
        ("2038-01-19T03:14:08Z", 2147483648),
        ("2100-03-01T00:00:00Z", 4107542400),
    ):
        assert calendar.parse_utc(text) == utc_s
        assert calendar.format_utc(utc_s) == text


def test_every_day_of_four_centuries_comes_back():
    days = calendar.days_from_civil(1899, 12, 31)
    for year in range(1900, 2301, 7):
        for month in range(1, 13):
            for day in (1, 2, 28, calendar.month_days(year, month)):
                days = calendar.days_from_civil(year, month, day)
                assert calendar.civil_from_days(days) == (year, month, day)


def test_weekdays_count_from_sunday():
    # 1970-01-01 was a Thursday, 2026-03-29 is a Sunday.
    assert calendar.weekday(0) == 4
    assert calendar.weekday(calendar.parse_date("2026-03-29")) == 0
    assert calendar.weekday(calendar.parse_date("1969-12-31")) == 3


def test_what_is_no_moment_is_refused():
    for text in (
        "2026-03-28T16:59:00", "2026-03-28t16:59:00z", "2026-03-28 16:59:00Z", "2026-03-28T16:59:00+00:00",
        "2026-03-28T16:59:00.0Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-03-28T24:00:00Z", "2026-03-28T16:60:00Z", "2026-03-28T16:59:60Z",
        "0000-01-01T00:00:00Z", "+026-01-01T00:00:00Z", "2026-3-028T16:59:00Z", "2026-03-2\u0664T16:59:00Z",
        "", None,
    ):  # fmt: skip
        raises(PricingError, calendar.parse_utc, text)
    for text in ("2026-3-8", "2026-02-30", "2026/03/28", "", None, 20260328):
        raises(PricingError, calendar.parse_date, text)


def test_local_time_shows_its_offset():
    zone = calendar.Zone(BERLIN)
    assert zone.format_local(calendar.parse_utc("2026-03-28T16:59:00Z")) == "2026-03-28T17:59:00+01:00"
    assert zone.format_local(calendar.parse_utc("2026-07-01T22:30:00Z")) == "2026-07-02T00:30:00+02:00"
    assert calendar.Zone("<-0330>3:30").format_local(0) == "1969-12-31T20:30:00-03:30"
    assert calendar.Zone("UTC0").format_local(0) == "1970-01-01T00:00:00+00:00"


def test_clocks_change_at_the_very_second():
    before, after = "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"
    assert offsets(BERLIN, before, after) == [1, 2]
    assert offsets(BERLIN, "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z") == [2, 1]


def test_a_zone_that_was_asked_before_tells_what_a_fresh_one_does():
    for posix_tz in (BERLIN, "EST5EDT4,M3.2.0,M11.1.0", "<-03>3", "NZST-12NZDT,M9.5.0,M4.1.0/3"):
        zone = calendar.Zone(posix_tz)
        # Half a year on, a day back, over every change: 40 years, then backwards to where it began.
        steps = [15552000, -86400, 2678400, -1] * 80
        utc_s = calendar.parse_utc("2026-03-28T16:59:00Z")
        for step in steps + [-step for step in steps]:
            utc_s += step
            fresh = calendar.Zone(posix_tz)
            offset_s, left_s = fresh.holding(utc_s // 86400, utc_s % 86400)
            assert zone.offset_s(utc_s) == fresh.offset_s(utc_s) == offset_s
            # The day from which it is counted is the asker's.
            assert zone.holding(utc_s // 86400, utc_s % 86400) == (offset_s, left_s)
            if left_s is not None:
                assert zone.holding(utc_s // 86400 - 1, utc_s % 86400 + 86400) == (offset_s, left_s + 86400)
                change_s = utc_s // 86400 * 86400 + left_s
                assert [zone.offset_s(change_s - 1), zone.offset_s(change_s)] == [
                    fresh.offset_s(change_s - 1),
                    calendar.Zone(posix_tz).offset_s(change_s),
                ]


def test_days_have_23_and_25_hours():
    zone = calendar.Zone(BERLIN)
    for date, hours in (("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)):
        midnight_s = calendar.parse_utc(date + "T00:00:00Z") - 86400
        seen = [calendar.local_date(zone, midnight_s + 3600 * hour) for hour in range(72)]
        assert len([day for day in seen if day == date]) == hours, date


def test_summer_across_the_new_year():
    assert offsets("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z") == [11, 10]


def test_a_winter_time_that_is_the_deviation():
    # Ireland: the standard is in summer, what counts as daylight time is an hour less.
    assert offsets("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z") == [0, 1]


def test_daylight_time_all_year_long():
    # RFC 8536, 3.3.1: it begins on January 1 at 0 o'clock and ends when the next year begins.
    zone = "XXX3EDT4,0/0,J365/23"
    assert offsets(zone, "2026-01-01T03:59:59Z", "2026-01-01T04:00:00Z") == [-4, -4]
    assert offsets(zone, "2024-12-31T23:00:00Z", "2025-07-01T03:30:00Z") == [-4, -4]


def test_times_before_and_after_their_day():
    # Nuuk changes on the Saturday before (negative hour), Gaza's rule once counted 50 hours from a Thursday.
    nuuk, gaza = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "EET-2EEST,M3.4.4/50,M10.4.4/50"
    assert offsets(nuuk, "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z") == [-2, -1]
    assert offsets(gaza, "2026-03-27T23:59:59Z", "2026-03-28T00:00:00Z") == [2, 3]


def test_a_change_may_fall_into_the_year_before_or_after():
    # January 1 minus a day is December 31; December 31 plus a day is January 1.
    assert offsets("STD0DST,J1/-24,J180/0", "2025-12-30T23:59:59Z", "2025-12-31T00:00:00Z") == [0, 1]
    assert offsets("STD0DST,J180/0,J365/25", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z") == [1, 0]


def test_centuries_are_leap_years_only_by_four_hundreds():
    assert [year for year in (1900, 2000, 2100, 2200, 2400) if calendar.is_leap(year)] == [2000, 2400]


def test_julian_days_with_and_without_the_leap_day():
    # J60 is always March 1; 59 is February 29 in a leap year and March 1 in another.
    for year, day_59 in (("2024-", "02-29"), ("2026-", "03-01")):
        before, noon = year + "02-28T12:00:00Z", "T12:00:00Z"
        assert offsets("STD0DST,J60/0,J300/0", before, year + "03-01" + noon) == [0, 1]
        assert offsets("STD0DST,59/0,J300/0", before, year + day_59 + noon) == [0, 1]
    assert offsets("STD0DST,J60/0,J300/0", "2024-02-29T12:00:00Z") == [0]


def test_what_is_no_zone_is_refused_with_the_place():
    for text in (
        "", "CET", "C1", "CET-25", "CET-1:60", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M13.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J300", "CET-1CEST,366,J300",
        "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1", "Europe/Berlin", " CET-1",
        "CET-1:00:30", "CET-99999999999999999999", None,
    ):  # fmt: skip
        assert "POSIX TZ string" in str(raises(PricingError, calendar.Zone, text)), text
    assert "character 5" in str(raises(PricingError, calendar.Zone, "CET-25"))
