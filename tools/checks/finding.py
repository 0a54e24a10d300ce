"""What a check says of one place, and how rules see one file.

It knows no rule.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """One place that breaks a rule: the file, the line, and what to do instead."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Module(NamedTuple):
    """One file as the rules see it: its path below the checkout, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """Name the top folder, or the file itself where it lies in none."""
        return self.path.split("/", 1)[0]


def running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what an interpreter evaluates: neither annotations nor the branch for type checkers."""
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in field if isinstance(field, list) else [field]:
            if not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.If) and is_type_checking(child.test):
                for other in child.orelse:
                    yield other
                    yield from running_nodes(other)
                continue
            yield child
            yield from running_nodes(child)


def is_type_checking(test: ast.expr) -> bool:
    """Tell whether a condition is the one that only type checkers take for true."""
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
