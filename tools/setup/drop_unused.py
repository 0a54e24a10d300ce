"""Takes out of a linked program the functions, methods and constants that nothing in it uses.

It does not know what they would do.
"""

import ast
from collections.abc import Iterable, Iterator

from tools.setup.program_text import Module


def drop_unused(text: str, kept: str | set[str], later: Iterable[str] = ()) -> str:
    """Return a program's text without them.

    `kept` is what is called from outside, `later` the texts that are loaded while the program runs.
    """
    others = [ast.parse(other) for other in later]
    imported = {alias.name for other in others for node in _imports(other) for alias in node.names}
    imported |= {kept} if isinstance(kept, str) else kept
    asked = imported.union(*[_asked(other) for other in others])
    while True:
        module = Module("program", text)
        used = {node.id for node in module.names if isinstance(node.ctx, ast.Load)} | imported
        for node in module.tree.body:
            if _gives(node) and not _gives(node) & used:
                module.replace(node, "pass")
        # Not in the round in which its class goes.
        for member in [] if module.edits else [*_methods(module, asked), *_slots(module)]:
            module.replace(member, "pass")
        if not module.edits:
            return text
        text = module.edited()


def _imports(tree: ast.Module) -> list[ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def asked_of(texts: Iterable[str]) -> set[str]:
    """Return what some texts may ask of modules that they load."""
    return set().union(*[_asked(ast.parse(text)) for text in texts])


def _asked(tree: ast.Module) -> set[str]:
    """Return what may be the name of an attribute that is asked for."""
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return asked | {text for text in texts if isinstance(text, str)}


def _methods(module: Module, asked: set[str]) -> Iterator[ast.stmt]:
    """Yield the methods that are never asked for, whatever the object; those with __ Python itself calls.

    One with a decorator stays: taken out, it would leave that alone.
    """
    asked = asked | _asked(module.tree)
    for owner in module.all(ast.ClassDef):
        methods = [node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        methods = [node for node in methods if not node.decorator_list and not node.name.startswith("__")]
        yield from (node for node in methods if node.name not in asked)


def _slots(module: Module) -> Iterator[ast.stmt]:
    """Yield the lists of attributes of classes that do not ask for them: MicroPython itself never does."""
    for owner in module.all(ast.ClassDef):
        is_asked = any(getattr(node, "attr", "") == "__slots__" for node in ast.walk(owner))
        for node in [] if is_asked else owner.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__":
                yield node


def _gives(node: ast.stmt) -> set[str]:
    """Return the one name that a statement gives without doing anything else."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
        return {node.name}
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_literal(node.value):
        return {node.targets[0].id}
    return set()


def _is_literal(node: ast.expr) -> bool:
    parts = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Name, ast.UnaryOp, ast.BinOp)
    walked = (part for part in ast.walk(node) if isinstance(part, ast.expr))
    return all(isinstance(part, parts) for part in walked)
