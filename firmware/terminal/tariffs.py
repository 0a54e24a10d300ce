"""The tariffs in force, and those that an open session began with: each is kept in storage under its hash.

It does not know prices.
"""

from ..crypto import canonical
from ..errors import PricingError
from ..pricing import tariff as parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Storage

    from ..pricing.tariff import Tariff


class Tariffs:
    """Tariffs by id, and by hash for a session that outlived a change of them."""

    def __init__(self, storage: "Storage", documents: "list[Any]") -> None:
        """Parse all tariffs.

        Raises PricingError with every problem of every tariff; then none is in force.
        """
        self._storage = storage
        self._by_id: "dict[str, Tariff]" = {}
        problems: "list[str]" = []
        for index, document in enumerate(documents):
            try:
                parsed = parser.parse(document)
            except PricingError as error:
                problems.extend(["/tariffs/%d%s" % (index, problem) for problem in error.problems])
                continue
            if parsed.id in self._by_id:
                problems.append("/tariffs/%d/id: %s stands twice" % (index, parsed.id))
            self._by_id[parsed.id] = parsed
        if problems:
            raise PricingError(problems)

    def keep(self) -> None:
        """Store every tariff under its hash, once. Raises OSError."""
        for tariff in self._by_id.values():
            if not self._storage.size(_name(tariff.hash)):
                self._storage.replace(_name(tariff.hash), canonical.encode(tariff.document))

    def ids(self) -> "list[str]":
        """Return the ids, sorted."""
        return sorted(self._by_id)

    def all(self) -> "list[Tariff]":
        """Return the tariffs in the order of their ids."""
        return [self._by_id[tariff_id] for tariff_id in self.ids()]

    def get(self, tariff_id: "str | None") -> "Tariff | None":
        """Return a tariff by its id, or None."""
        return self._by_id.get(tariff_id) if tariff_id else None

    def first(self) -> "Tariff | None":
        """Return the tariff that a driver without a contract reads about, or None where there is none."""
        tariffs = self.all()
        return tariffs[0] if tariffs else None

    def of(self, tariff_id: str, tariff_hash: str) -> "Tariff":
        """Return the very tariff that a session began with.

        Raises PricingError where it is nowhere any more.
        """
        current = self._by_id.get(tariff_id)
        if current and current.hash == tariff_hash:
            return current
        content = self._storage.read(_name(tariff_hash))
        if not content:
            raise PricingError(["tariff %s with hash %s is not in storage" % (tariff_id, tariff_hash)])
        return parser.parse(canonical.decode(content))


def _name(tariff_hash: str) -> str:
    return "tariff-" + tariff_hash[:32]
