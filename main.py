"""Composition root: reads the configuration, opens the board, runs the terminal.

It does not know any logic: what can go wrong is said by whoever knows it, one sentence a line, and the exit
code is 2.
"""

import sys

import firmware.floors
from firmware import errors
from firmware.crypto import canonical
from firmware.terminal import checking
from firmware.terminal.startup import Assembly
from hal.common import card_secrets, files, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXPECTED = (
    errors.ConfigError, errors.CryptoError, errors.PricingError, errors.MeteringError, errors.AccessError,
    errors.LedgerError, errors.TerminalError, errors.BoardError, OSError,
)  # fmt: skip


def run(path: str, is_json: bool) -> None:
    """Run a terminal until it is told to end. Raises one of EXPECTED when it cannot start."""
    process.keep_heap_whole()
    config: "Any" = checking.read(files.read(path))
    if config.bank_cards:
        process.overwrite_freed()
    ca = files.read(config.office_ca) if config.office_ca else None
    board = __import__("hal.%s.board" % config.board, None, None, ("open_board",)).open_board(config)
    assembly = Assembly(board, config, ca, card_secrets.open_all(config))
    assembly.room.on_word = process.warn

    def tell_ready() -> None:
        told = {"ready": True, "terminal": config.id, "ledger": config.ledger}
        told["key"] = assembly.recorder.key
        told["pid"] = process.pid()
        words = "Terminal %s is ready; its ledger is in %s." % (config.id, config.ledger)
        process.say(canonical.encode(told).decode() if is_json else words)

    process.serve(lambda: assembly.serve(tell_ready), assembly.stop)


def main(arguments: "list[str]") -> int:
    """Run `main.py CONFIG [--json]` and return the exit code."""
    paths = [argument for argument in arguments if argument != "--json"]
    try:
        run(paths[0] if paths else "config.json", "--json" in arguments)
    except EXPECTED as error:
        for problem in getattr(error, "problems", None) or [str(error)]:
            process.warn(problem)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
