"""The tariffs in force, and those that an open session began with: each is kept in storage under its hash.

It does not know prices. A tariff may stand in several versions with one id, none valid while another is.
"""

from ..crypto import canonical
from ..errors import CryptoError, PricingError
from ..pricing import conditions
from ..pricing import tariff as parser

PREFIX = "tariff-"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Storage

    from ..pricing.tariff import Tariff


class Tariffs:
    """Tariffs by id and moment, and by hash for a session that outlived a change of them."""

    def __init__(self, storage: "Storage", documents: "list[Any]", power_w: int, currency: str) -> None:
        """Parse all tariffs of a charger of such a power (0: it is not told).

        Raises PricingError with every problem of every tariff; then none is in force.
        """
        self._storage = storage
        self.ask_current = False
        parsed, problems = parse_all(documents, power_w, currency)
        if problems:
            raise PricingError(problems)
        self.put(documents, parsed)

    def put(self, documents: "list[Any]", parsed: "list[Tariff]") -> None:
        """Let these be the tariffs in force, in both forms."""
        self._documents = documents
        self._tariffs = parsed
        # Whether any tariff in use asks for the current; few do, and then the meter need not be asked either.
        # Once one did it stays so until the next start: the open session may have begun under it.
        self.ask_current = self.ask_current or any(map(_asks_current, parsed))

    def keep(self) -> None:
        """Store every tariff under its hash, once, and anew where it was damaged. Raises OSError."""
        for tariff, document in zip(self._tariffs, self._documents):
            store(self._storage, tariff, document)

    def ids(self) -> "list[str]":
        """Return the ids, sorted."""
        return sorted({tariff.id for tariff in self._tariffs})

    def hashes(self) -> "list[list[str]]":
        """Return id and hash of every version, sorted."""
        return sorted([[tariff.id, tariff.hash] for tariff in self._tariffs])

    def at(self, tariff_id: "str | None", utc_s: "int | None") -> "Tariff | None":
        """Return the version of a tariff that is valid at a moment, or None; with no id that of the first id.

        With the clock unset (None) validity is not judged, and the version that stands first counts.
        """
        found: "Tariff | None" = None
        for tariff in self._tariffs:
            is_wanted = tariff_id in (None, tariff.id) and is_valid(tariff, utc_s)
            if is_wanted and (found is None or tariff.id < found.id):
                found = tariff
        return found

    def refusal(self, tariff_id: str, utc_s: "int | None") -> "str | None":
        """Return why no session can begin under a tariff now, or None where one can."""
        if tariff_id not in [tariff.id for tariff in self._tariffs]:
            return "out_of_order"
        tariff = self.at(tariff_id, utc_s)
        if tariff is None:
            return "no_tariff"
        return "no_clock" if utc_s is None and not _is_priced(tariff) else None

    def next_change_s(self, utc_s: int) -> "int | None":
        """Return when the next version begins or ends to be valid, or None."""
        moments = [tariff.starts_utc_s for tariff in self._tariffs]
        moments += [tariff.ends_utc_s for tariff in self._tariffs]
        later = [moment for moment in moments if moment is not None and moment > utc_s]
        return min(later) if later else None

    def of(self, tariff_id: str, tariff_hash: str) -> "Tariff":
        """Return the very tariff that a session began with.

        Raises PricingError where it is nowhere any more, or not as it was.
        """
        for tariff in self._tariffs:
            if tariff.hash == tariff_hash:
                return tariff
        content = self._storage.read(blob(tariff_hash))
        if not content:
            raise PricingError(["tariff %s with hash %s is not in storage" % (tariff_id, tariff_hash)])
        stored = _intact(content, tariff_hash)
        if stored is None:
            told = "tariff %s with hash %s is damaged in storage; have it among the tariffs once more"
            raise PricingError([told % (tariff_id, tariff_hash)])
        self.ask_current = self.ask_current or _asks_current(stored)
        return stored


def parse_all(documents: "list[Any]", power_w: int, currency: str) -> "tuple[list[Tariff], list[str]]":
    """Return the tariffs of a charger of such a power, and every problem of every one with its path."""
    from firmware.pricing import fast_charging

    tariffs: "list[Tariff]" = []
    problems: "list[str]" = []
    for i in range(len(documents)):
        try:
            parsed = parser.parse(documents[i])
        except PricingError as error:
            problems += ["tariffs/%d%s" % (i, problem) for problem in error.problems]
            continue
        found = fast_charging.problems(parsed, power_w)
        if parsed.currency != currency:
            found.append("/currency: the tariff is in %s, the terminal in %s" % (parsed.currency, currency))
        for other in tariffs:
            if other.id == parsed.id and _overlap(other, parsed):
                found.append("/id: there is a tariff %s already that is valid at the same time" % parsed.id)
        problems += ["tariffs/%d%s" % (i, problem) for problem in found]
        tariffs.append(parsed)
    return tariffs, problems


def store(storage: "Storage", tariff: "Tariff", document: "Any") -> None:
    """Store a tariff under its hash, once, and anew where it was damaged. Raises OSError."""
    content = canonical.encode(document)
    if storage.read(blob(tariff.hash)) != content:
        storage.replace(blob(tariff.hash), content)


def is_valid(tariff: "Tariff", utc_s: "int | None") -> bool:
    """Return whether a moment lies between a tariff's dates, the last excluded."""
    if utc_s is None:
        return True
    starts_s, ends_s = tariff.starts_utc_s, tariff.ends_utc_s
    return (starts_s is None or utc_s >= starts_s) and (ends_s is None or utc_s < ends_s)


def _is_priced(tariff: "Tariff") -> bool:
    """Return whether it can be told what a session costs that begins with the clock unset."""
    from firmware.pricing import quote

    return not quote.untimed(tariff)


def _asks_current(tariff: "Tariff") -> bool:
    for element in tariff.elements:
        for kind, _low, _high in conditions.each(element.flat):
            if kind == conditions.CURRENT:
                return True
    return False


def _overlap(one: "Tariff", other: "Tariff") -> bool:
    return not _ends_before(one, other) and not _ends_before(other, one)


def _ends_before(early: "Tariff", late: "Tariff") -> bool:
    if early.ends_utc_s is None or late.starts_utc_s is None:
        return False
    return bool(early.ends_utc_s <= late.starts_utc_s)


def _intact(content: bytes, tariff_hash: str) -> "Tariff | None":
    """Return the tariff that was stored, None where it is not as it was: another price would be charged."""
    try:
        tariff = parser.parse(canonical.decode(content))
    except (CryptoError, PricingError):
        return None
    return tariff if tariff.hash == tariff_hash else None


def blob(tariff_hash: str) -> str:
    """Return the name under which a tariff is stored."""
    return PREFIX + tariff_hash[:32]
