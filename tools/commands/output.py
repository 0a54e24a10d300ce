"""Writes a command's result as JSON: one value, one line, to a file or to stdout.

It does not know what the result means.
"""

import json
import sys

from tools import outputs


def json_line(result: object) -> str:
    """Return a result as one line of JSON, for people's tools; nothing signed goes through here."""
    text = json.dumps(result, ensure_ascii=False)
    # A file's name may have bytes that are no UTF-8, which Python keeps as lone surrogates.
    return text.encode("utf-8", "backslashreplace").decode()


def try_out(target: str | None) -> None:
    """Refuse before long work a file that could not be written after it. Raises OSError."""
    if target not in (None, "-"):
        outputs.try_out(target)


def emit(result: object, target: str = "-") -> None:
    """Write one JSON value to a file, or to stdout for `-`. Raises OSError."""
    if target == "-":
        sys.stdout.write(json_line(result) + "\n")
    else:
        outputs.write(target, json_line(result).encode() + b"\n")
