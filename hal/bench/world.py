"""What the host of a bench may order: what is emulated changes, and faults happen.

It does not know the socket. An order that it does not know is a mistake of the bench, told and not obeyed.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.bench.clock import Clock
    from hal.bench.contactor import Contactor
    from hal.bench.panel import Panel
    from hal.bench.plug import Plug
    from hal.bench.storage import Storage


class World:
    """Gives each order to the port that it is for."""

    def __init__(
        self, plug: "Plug", contactor: "Contactor", panel: "Panel", clock: "Clock", storage: "Storage"
    ) -> None:
        self._clock = clock
        self._orders: "dict[str, Any]" = {
            "plug": plug.become,
            "contactor": contactor.report,
            "button": panel.press,
            "clock": self._set_clock,
            "clock_step_s": clock.step,
            "cut_at_write": storage.cut_at_write,
            "storage_free_bytes": storage.limit_free_bytes,
        }

    def obey(self, message: dict) -> None:
        """Carry out every order of a message."""
        for kind in sorted(message):
            if kind in self._orders:
                self._orders[kind](message[kind])
            else:
                sys.stderr.write("bench: no such order: %s\n" % kind)

    def _set_clock(self, word: str) -> None:
        if word == "unset":
            self._clock.unset()
        else:
            sys.stderr.write("bench: the clock can only be told `unset`, not %s\n" % word)
