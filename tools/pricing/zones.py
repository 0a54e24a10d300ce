"""Finds the time zone that a person names: an IANA name or a POSIX TZ string.

It does not know what is priced. IANA zones come from the pinned package `tzdata`, never from the machine, so
that two machines give the same price.
"""

import difflib
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import cast

import click
import tzdata

from firmware.errors import PricingError
from firmware.pricing import calendar

SOURCE = f"IANA time zones {tzdata.IANA_VERSION}"
_DAY_S = 86400
_LOOK_AHEAD_DAYS = 400  # longer than the time between two changes of any zone that changes every year


class IanaZone:
    """An IANA time zone in the shape that the engine asks of firmware.pricing.calendar.Zone."""

    def __init__(self, name: str) -> None:
        """Load the zone of a name that `names` lists."""
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            self._zone = zoneinfo.ZoneInfo.from_file(file, key=name)
        self.text = name
        # The stretch of constant offset that was asked for last: first moment, next change, offset.
        self._known: tuple[int, int, int] = (0, 0, 0)

    def offset_s(self, utc_s: int) -> int:
        """Return the seconds east of UTC at a moment."""
        first_s, change_s, offset_s = self._known
        return offset_s if first_s <= utc_s < change_s else self._offset_s(utc_s)

    def holding(self, day: int, second: int) -> tuple[int, int]:
        """Return the offset at a moment and when it may change, at most 400 days on: as calendar.Zone."""
        utc_s = day * _DAY_S + second
        first_s, change_s, offset_s = self._known
        if not first_s <= utc_s < change_s:
            offset_s, change_s = self._offset_s(utc_s), self._change_s(utc_s)
            self._known = (utc_s, change_s, offset_s)
        return offset_s, change_s - day * _DAY_S

    def _change_s(self, utc_s: int) -> int:
        """Return the next moment at which the offset may change: the end of 400 days where it does not."""
        offset_s = self._offset_s(utc_s)
        for low in range(utc_s, utc_s + _LOOK_AHEAD_DAYS * _DAY_S, _DAY_S):
            high = low + _DAY_S
            if self._offset_s(high) != offset_s:
                while high - low > 1:
                    middle = (low + high) // 2
                    if self._offset_s(middle) == offset_s:
                        low = middle
                    else:
                        high = middle
                break
        return high

    def _offset_s(self, utc_s: int) -> int:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=utc_s)
        offset = moment.astimezone(self._zone).utcoffset()
        return 0 if offset is None else offset // timedelta(seconds=1)


def find(text: str) -> calendar.Zone:
    """Return the zone of an IANA name or a POSIX TZ string. Raises click.BadParameter for anything else."""
    known = names()
    if text in known:
        return cast(calendar.Zone, IanaZone(text))
    try:
        return calendar.Zone(text)
    except PricingError as error:
        folded = {name.casefold(): name for name in known}
        close = difflib.get_close_matches(text.casefold(), folded, n=1)
        hint = f"; did you mean {folded[close[0]]}?" if close else ""
        if "/" not in text and not hint and any(character.isdigit() for character in text):
            raise click.BadParameter(str(error)) from error
        raise click.BadParameter(
            f"{text!r} is no IANA name ({SOURCE}) such as Europe/Berlin and no POSIX TZ string{hint}"
        ) from error


def names() -> frozenset[str]:
    """Return the names of all IANA time zones."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
