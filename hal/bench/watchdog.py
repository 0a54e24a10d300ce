"""The watchdog of the emulated charger: there is none, for whoever plays the world watches the process.

It knows nothing.
"""


class Watchdog:
    """Takes the feeding and does nothing with it."""

    def feed(self) -> None:
        """Say that the terminal lives."""

    def pace_ms(self) -> None:
        """Return None: it never bites."""
