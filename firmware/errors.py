"""Names every exception that the firmware raises on purpose: one root a room, directly below `Exception`.

It does not know who catches them. A message says what was wrong, where, and what to do; it never holds a
secret.
"""


class ConfigError(Exception):
    """Settings that cannot be used; `problems` lists all of them, one sentence each."""

    def __init__(self, problems: "list[str]") -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class CryptoError(Exception):
    """A key, a signature or a document that is not what it has to be."""


class PricingError(Exception):
    """A tariff that cannot be used as a whole; `problems` lists every reason with its path."""

    def __init__(self, problems: "list[str]") -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class MeteringError(Exception):
    """A meter's answer that is no reading."""


class MeterSilent(MeteringError):
    """No answer, or one that is damaged: asking again may help."""


class MeterRefused(MeteringError):
    """An answer that says no (an exception response): asking the same again does not help."""


class MeterMapError(MeteringError):
    """An operator's meter map that cannot be used; `problems` lists every reason with its path."""

    def __init__(self, problems: "list[str]") -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class CardError(Exception):
    """A card or a reader that did not say what its standard asks for."""


class AccessError(Exception):
    """A contract or deny list that cannot be used; `problems` lists every reason with its path."""

    def __init__(self, problems: "list[str]") -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class SessionError(Exception):
    """An event that no session can have seen, such as a checkpoint of another version."""


class ReceiptError(Exception):
    """A receipt that cannot be built from what is known."""


class LedgerError(Exception):
    """A record, a chain or a journal that does not hold."""


class StorageRefused(LedgerError):
    """A record that storage did not take; the ledger is as it was."""


class UplinkError(Exception):
    """An answer of the back office that is not what the protocol says."""


class BatchTooLarge(UplinkError):
    """More at once than the office, or a proxy before it, takes: a smaller batch may pass."""


class TerminalError(Exception):
    """A reason for which the terminal refuses to start; it names the thing and the mend."""


class BoardError(Exception):
    """A port that is missing or lies: no key, no entropy, no storage, no such device."""
