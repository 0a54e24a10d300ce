"""Traps of clocks and calendars, reckoned by hand: clocks that change, midnights, ends of months and years.

It does not know energy: they price time, at whole euros an hour, so that the hours can be read off the sum.
"""

from tests.firmware.pricing.examples import (
    BEIRUT,
    BERLIN,
    KOLKATA,
    LORD_HOWE,
    UTC,
    Example,
    element,
    per,
    session,
    tariff,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def examples() -> "list[Example]":
    """Return every trap of the calendar."""
    return _changes() + _windows() + _days()


def _stay(source: str, zone: str, hours: str, net: str, stay: str, **restrictions: "Any") -> Example:
    """Return a stay `from > to` under 9 euro an hour where the restrictions hold, and 1 euro elsewhere."""
    start, end = stay.split(" > ")
    document = tariff(element(per("TIME", "9"), **restrictions), element(per("TIME", "1")))
    return Example(source, document, session((start, {"TIME": hours}), end=end), zone, cost=(net, net))


def _changes() -> "list[Example]":
    return [
        _stay(
            "spring, Berlin: 02:00 to 03:00 is skipped, an hour from 01:30 to 03:30 has nothing of it",
            BERLIN,
            "1",
            "1",
            "03-29 00:30 > 03-29 01:30",
            start_time="02:00",
            end_time="03:00",
        ),
        _stay(
            "autumn, Berlin: 02:00 to 03:00 comes twice; three hours from 01:30 to 03:30",
            BERLIN,
            "3",
            "19",
            "10-24 23:30 > 10-25 02:30",
            start_time="02:00",
            end_time="03:00",
        ),
        _stay(
            "spring, Berlin: a duration is in real seconds, 2 of 3 hours from 00:30 to 04:30",
            BERLIN,
            "3",
            "19",
            "03-28 23:30 > 03-29 02:30",
            max_duration="7200",
        ),
        _stay(
            "spring, Berlin: 29 March has 23 hours (of 25)",
            BERLIN,
            "25",
            "209",
            "03-28 22:00 > 03-29 23:00",
            start_date="2026-03-29",
            end_date="2026-03-30",
        ),
        _stay(
            "autumn, Berlin: 25 October has 25 hours (of 27)",
            BERLIN,
            "27",
            "227",
            "10-24 21:00 > 10-26 00:00",
            start_date="2026-10-25",
            end_date="2026-10-26",
        ),
        _stay(
            "autumn, Beirut: midnight falls back into Saturday, which has an hour more (2 of 3)",
            BEIRUT,
            "3",
            "19",
            "10-24 20:00 > 10-24 23:00",
            day_of_week=["SATURDAY"],
        ),
        _stay(
            "autumn, Lord Howe: half an hour comes twice (1 of 2)",
            LORD_HOWE,
            "2",
            "10",
            "04-04 14:00 > 04-04 16:00",
            start_time="01:30",
            end_time="02:00",
        ),
        _stay(
            "Kolkata: 17:00 is 11:30 UTC", KOLKATA, "1", "5", "01-05 11:00 > 01-05 12:00", start_time="17:00"
        ),
    ]


def _windows() -> "list[Example]":
    return [
        _stay(
            "a window over midnight, 22:00 to 06:00 (8 of 12)",
            UTC,
            "12",
            "76",
            "01-05 20:00 > 01-06 08:00",
            start_time="22:00",
            end_time="06:00",
        ),
        _stay(
            "a window over midnight on Fridays ends with the Friday (2 of 4)",
            UTC,
            "4",
            "20",
            "01-09 22:00 > 01-10 02:00",
            start_time="22:00",
            end_time="06:00",
            day_of_week=["FRIDAY"],
        ),
        _stay(
            "a window over midnight on Saturdays has the small hours of Saturday (2 of 4)",
            UTC,
            "4",
            "20",
            "01-09 22:00 > 01-10 02:00",
            start_time="22:00",
            end_time="06:00",
            day_of_week=["SATURDAY"],
        ),
        _stay(
            "end_time 00:00 is the midnight after (6 of 8)",
            UTC,
            "8",
            "56",
            "01-05 17:00 > 01-06 01:00",
            start_time="18:00",
            end_time="00:00",
        ),
        _stay(
            "start_time alone runs to midnight (6 of 8)",
            UTC,
            "8",
            "56",
            "01-05 17:00 > 01-06 01:00",
            start_time="18:00",
        ),
        _stay(
            "end_time alone runs from midnight (6 of 8)",
            UTC,
            "8",
            "56",
            "01-05 23:00 > 01-06 07:00",
            end_time="06:00",
        ),
        _stay(
            "00:00 to 00:00 is the whole day",
            UTC,
            "2",
            "18",
            "01-05 23:00 > 01-06 01:00",
            start_time="00:00",
            end_time="00:00",
        ),
        _stay(
            "other equal times never match",
            UTC,
            "2",
            "2",
            "01-05 11:00 > 01-05 13:00",
            start_time="12:00",
            end_time="12:00",
        ),
        _stay(
            "a session that ends where the window begins has nothing of it",
            UTC,
            "1",
            "1",
            "01-05 16:00 > 01-05 17:00",
            start_time="17:00",
        ),
        _stay(
            "a session that begins where the window ends has nothing of it",
            UTC,
            "1",
            "1",
            "01-05 17:00 > 01-05 18:00",
            end_time="17:00",
        ),
    ]


def _days() -> "list[Example]":
    return [
        _stay(
            "dates that come with times apply on each day (ocpi#499): 2 hours on each of 2 days (4 of 100)",
            UTC,
            "100",
            "132",
            "01-05 07:00 > 01-09 11:00",
            start_date="2026-01-06",
            end_date="2026-01-08",
            start_time="08:00",
            end_time="10:00",
        ),
        _stay(
            "29 February 2028 is a day (24 of 48)",
            UTC,
            "48",
            "240",
            "2028-02-28 12:00 > 2028-03-01 12:00",
            start_date="2028-02-29",
            end_date="2028-03-01",
        ),
        _stay(
            "after 28 February 2026 comes March (24 of 36)",
            UTC,
            "36",
            "228",
            "02-27 12:00 > 03-01 00:00",
            start_date="2026-02-28",
            end_date="2026-03-01",
        ),
        _stay(
            "the new year begins at the place's midnight, 23:00 UTC (half of an hour)",
            BERLIN,
            "1",
            "5",
            "12-31 22:30 > 12-31 23:30",
            start_date="2027-01-01",
        ),
        _stay(
            "a day of the week is the place's, not that of UTC (1 of 2)",
            BERLIN,
            "2",
            "10",
            "01-11 22:00 > 01-12 00:00",
            day_of_week=["MONDAY"],
        ),
    ]
