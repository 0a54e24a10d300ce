"""Writes the constants of a program where they are used, across modules too, and drops their definitions.

It does not know what they mean. What is used in a way that is not plain to see stays as it is.
"""

import ast
from collections.abc import Iterator

from tools.setup.program_text import Module

# What fits an instruction of a 32-bit board; a longer text is cheaper as one object than as one a use.
LARGEST = 1 << 29
LONGEST = 10

# The constants of each module, with the statements that define them.
Known = dict[str, dict[str, ast.Assign | ast.AnnAssign]]


def fold(modules: dict[str, Module]) -> None:
    """Write constants where they are used, also across modules, and drop their definitions."""
    known = {name: dict(_constants(module)) for name, module in modules.items()}
    for module in modules.values():
        for name in _unclear(module, modules, known):
            for constants in known.values():
                constants.pop(name, None)
    for module in modules.values():
        _fold_module(module, modules, known)


def _unclear(module: Module, modules: dict[str, Module], known: Known) -> set[str]:
    """Return the names of constants that are used in a way that cannot be written over."""
    foreign, imports = _imports(module, modules, known)
    names = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if not (isinstance(owner, ast.Name) and owner.id in imports and module.holds(owner)):
                # It may be the attribute of an object, or of a module that came as an argument.
                names.add(node.attr)
        elif isinstance(node, ast.Name) and not module.holds(node):
            names |= {node.id, foreign.get(node.id, ("", node.id))[1]}
    return names | {foreign[name][1] for name in foreign if name in module.stored}


def _constants(module: Module) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign]]:
    for statement in module.tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or _literal(statement) is None:
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Name) and target.id.isupper() and module.stored.count(target.id) == 1:
            yield target.id, statement


def _literal(statement: ast.Assign | ast.AnnAssign) -> str | None:
    """Return the text of a value that is small enough to be repeated, or None."""
    try:
        value = _value(statement.value)
    except TypeError:
        return None
    if isinstance(value, str):
        return repr(value) if len(value) <= LONGEST else None
    if value is None or isinstance(value, bool):
        return repr(value)
    if abs(value) >= LARGEST:
        return None
    return f"({value})" if value < 0 else str(value)


def _value(node: ast.expr | None) -> int | str | None:
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, int | str)):
        return node.value
    if isinstance(node, ast.UnaryOp | ast.BinOp):
        operands = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
        if all(type(_value(operand)) is int for operand in operands):
            folded = eval(ast.unparse(node), {"__builtins__": {}})  # noqa: S307 - integers and operators alone
            if type(folded) is int:
                return folded
    raise TypeError("no simple constant")


def _imports(
    module: Module, modules: dict[str, Module], known: Known
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return what a module calls the constants of others, and what it calls other modules."""
    foreign, imports = {}, {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            source = module.source_of(node)
            for alias in node.names:
                bound = alias.asname or alias.name
                if f"{source}.{alias.name}" in modules and bound not in module.stored:
                    imports[bound] = f"{source}.{alias.name}"
                elif alias.name in known.get(source, ()):
                    foreign[bound] = (source, alias.name)
    return foreign, imports


def _fold_module(module: Module, modules: dict[str, Module], known: Known) -> None:
    own = known[module.name]
    foreign, imports = _imports(module, modules, known)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            source, name = foreign.get(node.id, (module.name, node.id))
            if name in known[source]:
                module.replace(node, str(_literal(known[source][name])))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            constants = known.get(imports.get(node.value.id, ""), {})
            if node.attr in constants:
                module.replace(node, str(_literal(constants[node.attr])))
        elif isinstance(node, ast.ImportFrom) and module.source_of(node) in modules:
            left = [alias for alias in node.names if (alias.asname or alias.name) not in foreign]
            if len(left) < len(node.names):
                source = "." * node.level + (node.module or "")
                told = ", ".join(ast.unparse(alias) for alias in left)
                module.replace(node, f"from {source} import {told}" if left else "pass")
    for statement in own.values():
        module.replace(statement, "pass")
