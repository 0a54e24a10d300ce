"""The value that a charging session is: one immutable object, changed by making another.

It does not know which changes are legal; that is the table in table.py.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IDLE = "idle"
AUTHORISED = "authorised"
STARTING = "starting"
CHARGING = "charging"
SUSPENDED = "suspended"
FINISHING = "finishing"
COMPLETE = "complete"
RECOVERING = "recovering"
FAULTED = "faulted"

STATES = (IDLE, AUTHORISED, STARTING, CHARGING, SUSPENDED, FINISHING, COMPLETE, RECOVERING, FAULTED)

# States in which a session stands in the ledger with a start and no end.
OPEN = (CHARGING, SUSPENDED, FINISHING, RECOVERING)


class Session:
    """What the terminal is doing for whom: `state`, vehicle, driver, and why it ends.

    `vehicle` is the IEC 61851-1 state letter; `token`, `contract`, `tariff`, `limit_minor` are the driver's;
    `payment` is what the record of a start tells of a bank card, until it is written; `faults` are codes of
    what is broken; `reason` and `flags` belong to the end.
    """

    __slots__ = (
        "state",
        "vehicle",
        "token",
        "contract",
        "tariff",
        "limit_minor",
        "payment",
        "faults",
        "reason",
        "flags",
    )

    def __init__(self, state: str = IDLE, vehicle: str = "A") -> None:
        self.state = state
        self.vehicle = vehicle
        self.token: "dict[str, Any] | None" = None
        self.contract: "str | None" = None
        self.tariff: "str | None" = None
        self.limit_minor: "int | None" = None
        self.payment: "dict[str, Any] | None" = None
        self.faults: "tuple[str, ...]" = ()
        self.reason: "str | None" = None
        self.flags: "tuple[str, ...]" = ()

    def but(self, **changes: "Any") -> "Session":
        """Return a copy in which the named members are others."""
        copy = Session()
        for name in Session.__slots__:
            setattr(copy, name, changes[name] if name in changes else getattr(self, name))
        return copy

    def without_driver(self, state: str) -> "Session":
        """Return a copy in another state that has forgotten the driver and the end."""
        driver = Session(state, self.vehicle)
        driver.faults = self.faults
        return driver

    def plugged(self) -> bool:
        """Return whether a vehicle is connected."""
        return self.vehicle in "BCD"

    def asks(self) -> bool:
        """Return whether the vehicle asks for power."""
        return self.vehicle in "CD"

    def is_open(self) -> bool:
        """Return whether the ledger holds a start without an end."""
        return self.state in OPEN
