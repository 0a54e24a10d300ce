"""Rules about syntax: what MicroPython 1.25 refuses to compile, or compiles to something else.

It knows trees and tokens, and no names of modules.
"""

import ast
import io
import tokenize
from collections.abc import Iterator

from tools.checks.finding import Module, running_nodes

Places = Iterator[tuple[int, str]]


def refused_syntax(module: Module) -> Places:
    """Find syntax that does not compile there; type-only branches count, for they are compiled too."""
    for node in ast.walk(module.tree):
        reason = _refusal(node)
        if reason is not None:
            yield getattr(node, "lineno", 1), reason
    yield from _async_generators(module.tree)


def _refusal(node: ast.AST) -> str | None:
    kind = type(node).__name__
    if kind in _REFUSED:
        return _REFUSED[kind]
    if isinstance(node, ast.arguments) and node.posonlyargs:
        return "positional-only `/` is a SyntaxError on MicroPython; leave the slash out"
    if isinstance(node, ast.Dict) and None in node.keys:
        return "`{**d}` is a SyntaxError on MicroPython; copy with dict(d) and update it"
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and _is_starred_value(node):
        return "`[*a]` is a SyntaxError on MicroPython; use list(a) + [...]"
    if isinstance(node, ast.comprehension) and node.is_async:
        return "an async comprehension is a SyntaxError on MicroPython; write the loop"
    if isinstance(node, ast.ClassDef) and node.keywords:
        return "MicroPython has no metaclasses; leave the class keywords out"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return "MicroPython has no `@` operator on its types; call a function"
    return None


_REFUSED = {
    "Match": "`match` is a SyntaxError on MicroPython; use if/elif or a table",
    "TryStar": "`except*` is a SyntaxError on MicroPython; catch one exception at a time",
    "TypeAlias": "`type X = …` is a SyntaxError on MicroPython; put an alias under TYPE_CHECKING",
    "TypeVar": "type parameters are a SyntaxError on MicroPython; use a TypeVar under TYPE_CHECKING",
}


def _is_starred_value(node: ast.List | ast.Tuple | ast.Set) -> bool:
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Store):  # `a, *rest = b` compiles
        return False
    return any(isinstance(element, ast.Starred) for element in node.elts)


def _async_generators(tree: ast.Module) -> Places:
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            for node in _own_nodes(function):
                if isinstance(node, ast.Yield | ast.YieldFrom):
                    yield node.lineno, "an async generator is a plain generator on MicroPython; return a list"


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own_nodes(child)


def future_import(module: Module) -> Places:
    """Find `from __future__`, an ImportError on MicroPython."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            yield node.lineno, "MicroPython has no __future__; quote the names that need it"


def bare_except(module: Module) -> Places:
    """Find `except:`, which also swallows the cancelling of a task."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "bare except also swallows a cancelled task; name the exceptions"


def generic_values(module: Module) -> Places:
    """Find `list[int]` and the like where they are evaluated, a TypeError on MicroPython."""
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _GENERIC:
            name = node.value.id
            yield (
                node.lineno,
                f"`{name}[…]` as a value is a TypeError on MicroPython; put it under TYPE_CHECKING",
            )


_GENERIC = ("dict", "frozenset", "list", "set", "tuple", "type")


def adjacent_fstrings(module: Module) -> Places:
    """Find literals next to an f-string: MicroPython formats both, braces of the plain one included."""
    before: tuple[bool, int] | None = None  # whether the literal just before is an f-string, and its line
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_END":
            depth -= 1
            before = (True, token.start[0]) if depth == 0 else before
        elif depth:
            depth += kind == "FSTRING_START"
        elif kind in ("STRING", "FSTRING_START"):
            is_fstring = kind == "FSTRING_START" or "f" in token.string.split(token.string[-1])[0].lower()
            if before is not None and (before[0] or is_fstring):
                yield (
                    token.start[0],
                    "a literal beside an f-string is formatted too on MicroPython; use one f-string",
                )
            before = (is_fstring, token.start[0])
            depth += kind == "FSTRING_START"
        elif kind not in ("NL", "COMMENT"):
            before = None
