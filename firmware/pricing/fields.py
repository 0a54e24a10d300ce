"""Reads the members of OCPI's JSON objects, each checked, and collects every problem with its path.

It does not know what the members mean for a price.
"""

from firmware.config import alike
from firmware.crypto.decimals import Number
from firmware.errors import PricingError
from firmware.pricing import calendar, ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.ratio import Ratio

    Keys = tuple[str, ...]


def exact(number: "Any") -> "Ratio | None":
    """Return a number as `jsontext.parse` reads it as a Ratio, None for anything else, floats included."""
    if isinstance(number, Number):
        pair = number.ratio()
        return ratio.reduced(pair[0], pair[1])
    if isinstance(number, int) and not isinstance(number, bool):
        return number, 1
    return None


def meant(known: "Keys", key: str) -> "list[str]":
    """Return the names for which a key may be a slip: nearly the same, or in another manner of writing."""
    plain = key.replace("_", "").lower()
    return [name for name in known if alike(name, key) or name.replace("_", "").lower() == plain]


class Fields:
    """The members of one JSON object; what is wrong goes to `problems`, which many objects share."""

    __slots__ = ("is_object", "members", "path", "problems")

    def __init__(self, members: "Any", path: str, problems: "list[str]") -> None:
        """Take an object; anything else is a problem, and then it has no members."""
        self.path = path
        self.problems = problems
        self.is_object = isinstance(members, dict)
        self.members: "dict[str, Any]" = members if self.is_object else {}
        if not self.is_object:
            problems.append("%s: has to be an object" % path)

    def wrong(self, key: str, what: str) -> None:
        """Note a problem of a member."""
        self.problems.append("%s/%s: %s" % (self.path, key, what))

    def check_keys(self, required: "Keys", optional: "Keys") -> None:
        """Note which members are missing, and which OCPI does not know; null is as good as missing."""
        for key in required:
            if self.get(key) is None:
                self.wrong(key, "missing")
        known = required + optional
        for key in sorted(self.members):
            if key not in known:
                near = meant(known, key)
                hint = "; did you mean %s?" % near[0] if near else ""
                self.wrong(key, "no such key in OCPI here; check its spelling" + hint)

    def get(self, key: str) -> "Any":
        """Return a member as it is, None where it is missing."""
        return self.members.get(key)

    def text(self, key: str, longest: int) -> "str | None":
        """Return a text of 1 to so many characters."""
        given = self.get(key)
        if given is None or (isinstance(given, str) and 1 <= len(given) <= longest):
            return given
        self.wrong(key, "has to be a text of 1 to %d characters" % longest)
        return None

    def word(self, key: str, words: "Keys") -> "str | None":
        """Return a text that has to be one of some words."""
        given = self.get(key)
        if given is None or (isinstance(given, str) and given in words):
            return given
        self.wrong(key, "%r is none of %s" % (given, ", ".join(words)))
        return None

    def number(self, key: str, highest: int) -> "Ratio | None":
        """Return a number from 0 to `highest`, exact as it stands in the text."""
        given = self.get(key)
        if given is None:
            return None
        pair = exact(given)
        if pair is None:
            self.wrong(key, "has to be a number, exact as it stands in the JSON text")
        elif pair[0] < 0 or pair[0] > highest * pair[1]:
            self.wrong(key, "has to lie between 0 and %d" % highest)
            pair = None
        return pair

    def integer(self, key: str, highest: int) -> "int | None":
        """Return a whole number from 0 to `highest`."""
        pair = self.number(key, highest)
        if pair is not None and pair[1] != 1:
            self.wrong(key, "has to be a whole number")
            return None
        return pair[0] if pair else None

    def array(self, key: str, highest: int) -> "list[Any] | tuple[Any, ...]":
        """Return a list of 1 to so many entries, an empty one where it is missing or wrong."""
        given = self.get(key)
        if given is None:
            return ()
        if not isinstance(given, (list, tuple)) or not given:
            self.wrong(key, "has to be a list with at least one entry")
        elif len(given) > highest:
            self.wrong(key, "has %d entries; at most %d are read" % (len(given), highest))
        else:
            return given
        return ()

    def moment(self, key: str) -> "int | None":
        """Return utc_s of a moment, without its fraction of a second."""
        given = self.get(key)
        if given is None:
            return None
        try:
            return calendar.parse_moment(given)[0]
        except PricingError as error:
            self.wrong(key, str(error))
            return None
