"""Reads a file that the technician named.

It does not know what is in it.
"""

from firmware.errors import TerminalError


def read(path: str) -> bytes:
    """Return a file's bytes. Raises TerminalError with its name."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        # MicroPython has the number alone.
        why = getattr(error, "strerror", None) or error
        raise TerminalError("%s cannot be read: %s; give the path of a readable file" % (path, why))
