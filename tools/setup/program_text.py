"""A program's modules as text and syntax tree, and edits to the text that keep its lines where they are.

It does not know why it is edited.
"""

import ast
from collections.abc import Iterator
from typing import Any

Edit = tuple[int, int, str]


class Module:
    """One module of the program, and the edits to its text."""

    def __init__(self, name: str, text: str):
        self.name = name
        self.text = text
        self.tree = ast.parse(text)
        self.edits: list[Edit] = []
        self._starts = [0]
        for line in text.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.names = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        self.stored = [node.id for node in self.names if not isinstance(node.ctx, ast.Load)]
        self.stored += [node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)]

    def start_of(self, node: "ast.stmt | ast.expr | ast.arg") -> int:
        """Return the byte of the text at which a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end_of(self, node: "ast.stmt | ast.expr | ast.arg") -> int:
        """Return the byte of the text after a node."""
        return self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def holds(self, node: ast.Name | ast.arg) -> bool:
        """Return whether a name stands where its node says, which those in f-strings do not."""
        name = name_of(node)
        start = self.start_of(node)
        return self.text.encode()[start : start + len(name)] == name.encode()

    def replace(self, node: ast.stmt | ast.expr | ast.arg, fresh: str, length: int | None = None) -> None:
        """Put other text in place of a node, or of so many bytes from its start; lines keep their numbers."""
        start = self.start_of(node)
        end = self.end_of(node) if length is None else start + length
        self.edits.append((start, end, fresh + "\n" * self.text.encode()[start:end].count(b"\n")))

    def source_of(self, node: ast.ImportFrom) -> str:
        """Return the dotted name of what a statement imports from."""
        parts = self.name.split(".")
        base = parts[: len(parts) - node.level] if node.level else []
        return ".".join(base + ([node.module] if node.module else []))

    def edited(self) -> str:
        """Return the text with all edits."""
        content = self.text.encode()
        for start, end, fresh in sorted(self.edits, reverse=True):
            content = content[:start] + fresh.encode() + content[end:]
        return content.decode()

    def all(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """Return all nodes of some kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


def name_of(node: ast.Name | ast.arg) -> str:
    """Return the name that stands there."""
    return node.id if isinstance(node, ast.Name) else node.arg


def silent_nodes(module: Module) -> Iterator[ast.AST]:
    """Yield what is only read by people: docstrings and types, which no board keeps."""
    for node in module.all(ast.Expr):
        yield node.value
    for node in module.all(ast.AnnAssign, ast.arg):
        if node.annotation:
            yield from ast.walk(node.annotation)
    for node in module.all(ast.FunctionDef, ast.AsyncFunctionDef):
        if node.returns:
            yield from ast.walk(node.returns)
