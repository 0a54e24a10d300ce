"""Finds the line of a TOML file on which a key stands, which the standard parser does not tell.

It knows no scenario, and it judges nothing: the file has already been parsed.
"""

import re

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
KEY = re.compile(rf"^\s*({NAME}(?:\s*\.\s*{NAME})*)\s*=")

Path = tuple[str | int, ...]


class Lines:
    """Line numbers by path: `("step", 2, "tap")` is the key `tap` in the third `[[step]]`."""

    def __init__(self, text: str):
        self._numbers: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            header = HEADER.match(line)
            key = KEY.match(line)
            if header:
                table = self._open_table(header[1] == "[[", _parts(header[2]))
                self._numbers.setdefault(table, number)
            elif key:
                self._numbers.setdefault(table + _parts(key[1]), number)

    def find(self, path: Path) -> int:
        """Return the line of a path, or of the nearest table around it."""
        while path and path not in self._numbers:
            path = path[:-1]
        return self._numbers.get(path, 1)

    def _open_table(self, is_array: bool, parts: Path) -> Path:
        path: Path = ()
        for part in parts[:-1]:
            path += (part,)
            if path in self._counts:
                path += (self._counts[path],)
        path += parts[-1:]
        if is_array:
            self._counts[path] = self._counts.get(path, -1) + 1
            path += (self._counts[path],)
        return path


def _parts(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
