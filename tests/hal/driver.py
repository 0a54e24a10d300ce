"""Uses one port of one board in a process of its own, and prints what came of it, a JSON value a line.

It runs on every interpreter and knows no test; it is started as `-m tests.hal.driver BOARD FILE:VERB WORDS…`,
with the name of one of the files in `drivers/`.
"""

import sys


def main(board: str, port: str, *words: str) -> None:
    file, _, verb = port.partition(":")
    getattr(__import__("tests.hal.drivers.%s" % file, None, None, ("x",)), verb)(board, *words)


if __name__ == "__main__":
    main(*sys.argv[1:])
