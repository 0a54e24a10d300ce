"""A proof: what was found, each check with whether it holds and why, and what nobody looked at.

It does not know what is checked.
"""

from dataclasses import dataclass, field
from typing import Any

NO_KEY = "there is no key in it to verify with; give the terminal's key with --key"


@dataclass
class Proof:
    """What was found: `kind`, the checks as (name, whether it holds, why), the short code if any, the forms
    of what is not read, and what a ledger declares as lost: its records, as `{"first_seq", "last_seq",
    "named_by", "why"}`, and its receipts, a number or a range of them in words each.
    """

    kind: str
    checks: list[tuple[str, bool, str]] = field(default_factory=list)
    code: str | None = None
    unread: list[str] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    lost_receipts: list[str] = field(default_factory=list)

    def check(self, name: str, holds: bool, why: str) -> bool:
        """Note a check and return whether it holds."""
        self.checks.append((name, holds, why))
        return holds

    def found(self, name: str, problems: list[str], why: str) -> bool:
        """Note a check that holds where there are no problems; `why` says what holds then."""
        return self.check(name, not problems, "; ".join(problems) or why)

    def holds(self) -> bool:
        """Return whether there are checks, all of them hold, and nothing was left unread."""
        return bool(self.checks) and not self.fails() and not self.unread

    def fails(self) -> bool:
        """Return whether a check was made that does not hold."""
        return not all(holds for _, holds, _ in self.checks)
