"""Holds the rooms that run on MicroPython against what MicroPython cannot do, or does otherwise.

It knows which rule holds in which room; a line that ends in `# portable: why` has been judged by a person.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools.checks import compiling, name_rules, syntax_rules, value_rules
from tools.checks.finding import Finding, Module

Rule = Callable[[Module], Iterator[tuple[int, str]]]

ROOT = Path(__file__).resolve().parents[2]
PARDON = "# portable: "

_FIRMWARE: tuple[Rule, ...] = (
    value_rules.floats,
    name_rules.bare_json,
    name_rules.impure_modules,
)
# Boards may be for one interpreter, or have a branch for each: what they import is their own matter.
_BOTH_INTERPRETERS: tuple[Rule, ...] = (
    name_rules.missing_modules,
    name_rules.missing_builtins,
)
_EVERYWHERE: tuple[Rule, ...] = (
    syntax_rules.refused_syntax,
    syntax_rules.future_import,
    syntax_rules.bare_except,
    syntax_rules.generic_values,
    syntax_rules.adjacent_fstrings,
    name_rules.shadowing_name,
    name_rules.missing_methods,
    value_rules.int_bytes_keywords,
    value_rules.builtin_keywords,
    value_rules.inverse_by_pow,
    value_rules.step_slices,
)

_ROOMS = {
    "firmware": (*_FIRMWARE, *_BOTH_INTERPRETERS, *_EVERYWHERE),
    "emulator/models": (*_BOTH_INTERPRETERS, *_EVERYWHERE),
    "emulator/simulation": (*_BOTH_INTERPRETERS, *_EVERYWHERE),
    "hal/linux": (),  # a Raspberry Pi runs CPython
    "hal": _EVERYWHERE,
    "main.py": _EVERYWHERE,
    "boot.py": _EVERYWHERE,
}


def check_text(path: str, text: str) -> list[Finding]:
    """Return what is wrong with one file, given its path below the checkout and its text."""
    rules = _rules_of(path)
    if not rules:
        return []
    try:
        module = Module(path, text, ast.parse(text))
    except SyntaxError as error:
        return [Finding(path, error.lineno or 1, f"no Python at all: {error.msg}")]
    lines = text.splitlines()
    found = {Finding(path, line, message) for rule in rules for line, message in rule(module)}
    return sorted(finding for finding in found if not _is_pardoned(lines, finding.line))


def files(root: Path) -> list[Path]:
    """List the source files that must run on MicroPython."""
    found: set[Path] = set()
    for room in _ROOMS:
        place = root / room
        found |= set(place.rglob("*.py")) if place.is_dir() else {place} if place.is_file() else set()
    return sorted(path for path in found if _rules_of(path.relative_to(root).as_posix()))


def check(root: Path) -> list[Finding]:
    """Return what is wrong with every file, the real compiler's word included."""
    found: list[Finding] = []
    for path in files(root):
        name = path.relative_to(root).as_posix()
        found += check_text(name, path.read_text(encoding="utf-8")) or compiling.check(path, name)
    return found


def main(words: Sequence[str] = ()) -> int:
    """Print every finding and one line; return 1 when there is any."""
    root = Path(words[0]) if words else ROOT
    found = check(root)
    for finding in found:
        print(finding)
    print(f"portability: {len(found) or 'no'} problem{'s' * (len(found) != 1)} in {len(files(root))} files")
    return 1 if found else 0


def _rules_of(path: str) -> tuple[Rule, ...]:
    for room, rules in _ROOMS.items():
        if path == room or path.startswith(room + "/"):
            return rules
    return ()


def _is_pardoned(lines: list[str], line: int) -> bool:
    _, pardon, why = lines[line - 1].partition(PARDON) if line <= len(lines) else ("", "", "")
    return bool(pardon and why.strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
