"""Makes ledgers for measurements: the records that sessions of the simulation leave, and their key.

It does not know who takes them in.
"""

from emulator.simulation import play
from tools.benchmarks import memory
from tools.commands.fast_craft import FastCraft

SESSION_MS = 10_000
# The step of the second tap.
ENDS = 2


class Ledger:
    """The ledger of one terminal: `lines` (compact JWS) in order, and its `key` (JWK)."""

    def __init__(self, terminal: str, records: int) -> None:
        """Have a terminal play sessions until it has written so many records."""
        self.terminal = terminal
        self.lines: list[bytes] = []
        self.key: dict = {}
        # A start and an end each; the records of the terminal's own start come on top.
        told = memory.told(records // 2 + 1)
        told["steps"][ENDS]["after_ms"] = SESSION_MS
        told["terminal"]["id"] = terminal
        told["seed"] = sum(terminal.encode())
        play.play(told, self._take, FastCraft())

    def _take(self, event: dict) -> None:
        if "jws" in event:
            self.lines.append(event["jws"].encode())
        if "result" in event:
            self.key = event["result"]["terminal"]["key"]
