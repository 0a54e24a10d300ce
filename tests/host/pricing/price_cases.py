"""Prices cases on the interpreter that runs this, and prints each answer in canonical form.

It does not know where they come from: a file holds one a line, as [tariff, record, POSIX time zone].
"""

import gc
import sys

import firmware.floors  # noqa: F401 -- modules are loaded bottom-up for interpreters with a shallow stack
from firmware.crypto import canonical, jsontext
from firmware.pricing import calendar, cdr, tariff


def main(path: str) -> None:
    """Price every case of a file."""
    with open(path) as cases:
        for line in cases:
            document, record, posix = jsontext.parse(line)
            answer = cdr.price(tariff.parse(document), record, calendar.Zone(posix))
            print(canonical.encode(answer).decode())
            gc.collect()


if __name__ == "__main__":
    main(sys.argv[1])
