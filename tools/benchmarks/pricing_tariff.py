"""Writes tariffs by time of use of any number of elements, for measurements on either interpreter.

It does not know what is measured.
"""

ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
# A Saturday, 2026-03-28, 00:00 in Berlin; the clocks change in the night after it,
# and in the other zone on the day itself.
CHANGING_ZONE = "CET-1CEST,M3.5.6,M10.5.0/3"
START_UTC_S = 1774652400


def written(elements: int) -> str:
    """Return a tariff as JSON: a price for each hour of the days of a week, and one for all others."""
    days = ("SATURDAY", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    parts = []
    for i in range(elements - 1):
        window = '"start_time": "%02d:00", "end_time": "%02d:00"' % (i % 24, (i + 1) % 24)
        restrictions = '{%s, "day_of_week": ["%s"]}' % (window, days[i // 24 % 7])
        parts.append('{"price_components": [%s], "restrictions": %s}' % (_component(20 + i), restrictions))
    parts.append('{"price_components": [%s]}' % _component(19))
    return '{"id": "time-of-use", "currency": "EUR", "elements": [%s]}' % ", ".join(parts)


def _component(cents: int) -> str:
    return '{"type": "ENERGY", "price": 0.%02d, "vat": 19.0, "step_size": 1}' % cents
