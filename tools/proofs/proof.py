"""A proof: what was found, and each check with whether it holds and why.

It does not know what is checked.
"""

from dataclasses import dataclass, field

NO_KEY = "there is no key in it to verify with; give the terminal's key with --key"


@dataclass
class Proof:
    """What was found: `kind`, the checks as (name, whether it holds, why), and the short code if any."""

    kind: str
    checks: list[tuple[str, bool, str]] = field(default_factory=list)
    code: str | None = None

    def check(self, name: str, holds: bool, why: str) -> bool:
        """Note a check and return whether it holds."""
        self.checks.append((name, holds, why))
        return holds

    def found(self, name: str, problems: list[str], why: str) -> bool:
        """Note a check that holds where there are no problems; `why` says what holds then."""
        return self.check(name, not problems, "; ".join(problems) or why)

    def holds(self) -> bool:
        """Return whether there are checks, and all of them hold."""
        return bool(self.checks) and all(holds for _, holds, _ in self.checks)
