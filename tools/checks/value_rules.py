"""Rules about values: floats, and calls that MicroPython answers wrongly or refuses.

It knows expressions, and follows a name no further than its function.
"""

import ast
from collections.abc import Iterator

from tools.checks.finding import Module, running_nodes

Places = Iterator[tuple[int, str]]


def floats(module: Module) -> Places:
    """Find whatever makes a float: an ESP32 has single precision only, and no test here would show it."""
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield (
                node.lineno,
                "a float in the firmware; use an integer in a smaller unit, or a ratio of integers",
            )
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "`/` makes a float; use `//` and say how it rounds"
        elif isinstance(node, ast.Call) and _called(node) == "float":
            yield node.lineno, "float() in the firmware; parse into integers"


def int_bytes_keywords(module: Module) -> Places:
    """Find to_bytes and from_bytes with keywords, and those that rely on CPython's defaults."""
    for node in running_nodes(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in ("to_bytes", "from_bytes") and (node.keywords or len(node.args) < 2):
            yield node.lineno, f'MicroPython\'s {node.func.attr} takes two positional arguments: (…, "big")'


def builtin_keywords(module: Module) -> Places:
    """Find keywords that MicroPython's own functions and methods do not take."""
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Call):
            refused = _REFUSED_KEYWORDS.get(_called(node), ())
            for keyword in node.keywords:
                if keyword.arg in refused:
                    yield (
                        node.lineno,
                        f"MicroPython's {_called(node)} takes no `{keyword.arg}=`; pass it in place",
                    )


_REFUSED_KEYWORDS = {
    "zip": ("strict",),
    "print": ("flush",),
    "open": ("newline", "errors"),
    "int": ("base",),
    ".split": ("sep", "maxsplit"),
    ".rsplit": ("sep", "maxsplit"),
    ".encode": ("encoding", "errors"),
    ".decode": ("encoding", "errors"),
}


def inverse_by_pow(module: Module) -> Places:
    """Find pow(a, -1, m), which MicroPython answers with 0."""
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Call) and _called(node) == "pow" and len(node.args) == 3:
            exponent = node.args[1]
            if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
                yield node.lineno, "pow with a negative exponent is 0 on MicroPython; invert by Euclid"


def step_slices(module: Module) -> Places:
    """Find slices with a step on bytes, text and tuples, where that can be seen."""
    for scope in ast.walk(module.tree):
        if isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _step_slices_in(scope)


def _step_slices_in(scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> Places:
    known = _unsliceable_names(scope)
    for node in _own_nodes(scope):
        if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step):
            continue
        if isinstance(node.slice.step, ast.Constant) and node.slice.step.value == 1:
            continue
        if _is_unsliceable(node.value, known):
            yield node.lineno, "MicroPython slices only lists with a step; use list(…)[::n] or reversed"


def _unsliceable_names(scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    known: set[str] = set()
    if not isinstance(scope, ast.Module):
        every = [*scope.args.args, *scope.args.kwonlyargs]
        known |= {one.arg for one in every if _is_unsliceable_type(one.annotation)}
        known |= {scope.args.vararg.arg} if scope.args.vararg else set()
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign) and _is_unsliceable(node.value, known):
            known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return known


def _is_unsliceable(node: ast.expr, known: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes)
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Call):
        return _called(node) in _MAKERS
    return isinstance(node, ast.Tuple | ast.JoinedStr)


_TYPES = ("bytearray", "bytes", "memoryview", "str", "tuple")
_MAKERS = (*_TYPES, "repr", "hex", ".decode", ".digest", ".encode", ".hex", ".join", ".to_bytes")


def _is_unsliceable_type(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.split("[")[0] in _TYPES
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return isinstance(annotation, ast.Name) and annotation.id in _TYPES


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own_nodes(child)


def _called(node: ast.Call) -> str:
    """Name what is called: `pow` for a function, `.encode` for a method."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return "." + node.func.attr if isinstance(node.func, ast.Attribute) else ""
