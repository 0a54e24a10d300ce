"""Gives what is private in a program short names, the same ones everywhere: a board keeps each name but once.

It does not know what is behind a name. What may be named from elsewhere (by an import, through another
object, in a call) keeps its name.
"""

import ast
import builtins
from collections.abc import Iterator

from tools.setup.ground import SetupError
from tools.setup.program_text import Module, name_of

Function = ast.FunctionDef | ast.AsyncFunctionDef


def shorten_private(modules: dict[str, Module]) -> None:
    """Call what is private to a module or a class alike in all of them; line numbers tell them apart."""
    program = modules.values()
    public = {alias.name for module in program for node in module.all(ast.ImportFrom) for alias in node.names}
    bases = {_base(base) for module in program for node in module.all(ast.ClassDef) for base in node.bases}
    for module in program:
        for node in module.all(ast.Attribute):
            if not (
                isinstance(node.value, ast.Name) and node.value.id == "self" and module.holds(node.value)
            ):
                public.add(node.attr)
    for module in program:
        _rename_of_module(module, public)
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in bases and _is_plain(node):
                _rename_of_class(module, node, public)


def _is_own(module: Module, node: ast.Attribute) -> bool:
    owner = node.value
    return isinstance(owner, ast.Name) and owner.id == "self" and module.holds(owner)


def _base(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_plain(node: ast.ClassDef) -> bool:
    """Return whether nobody of the program stands above a class."""
    return all(_base(base) in ("object", "Exception", "BaseException", "Protocol") for base in node.bases)


def _shorter(names: set[str], public: set[str]) -> dict[str, str]:
    private = sorted(name for name in names - public if name[0] == "_" and not name.startswith("__"))
    return {name: f"_{number}" for number, name in enumerate(private)}


def _rename_of_module(module: Module, public: set[str]) -> None:
    functions = {node.name: node for node in module.tree.body if isinstance(node, ast.FunctionDef)}
    once = {name for name in module.stored if module.stored.count(name) == 1} & _global_names(module)
    unclear = {node.id for node in module.names if not module.holds(node)}
    local = set(module.stored) - once
    short = _shorter({*functions, *once}, public | unclear | local)
    for name in short.keys() & functions.keys():
        module.replace(functions[name], f"def {short[name]}", len(f"def {name}"))
    for node in module.names:
        if node.id in short:
            module.replace(node, short[node.id])


def _rename_of_class(module: Module, owner: ast.ClassDef, public: set[str]) -> None:
    own = [node for node in ast.walk(owner) if isinstance(node, ast.Attribute)]
    methods = [node for node in owner.body if isinstance(node, Function)]
    fields = {node.id for node in ast.walk(owner) if isinstance(node, ast.Name)}
    short = _shorter({node.attr for node in own} | {node.name for node in methods}, public | fields)
    for node in own:
        if node.attr in short:
            module.replace(node, f"self.{short[node.attr]}")
    for method in methods:
        if method.name in short:
            word = "async def" if isinstance(method, ast.AsyncFunctionDef) else "def"
            module.replace(method, f"{word} {short[method.name]}", len(f"{word} {method.name}"))


def shorten_parameters(modules: dict[str, Module]) -> None:
    """Give the parameters that no call names the same short names everywhere."""
    named = _named_in_calls(list(modules.values()))
    for module in modules.values():
        outside = set(dir(builtins)) | _global_names(module)
        for function in _outermost(module.tree):
            _rename_in(module, function, named | outside)


def _named_in_calls(modules: list[Module]) -> set[str]:
    named, takes_any = {"self"}, {"format"}
    calls = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                named |= {arg.arg for arg in node.args.kwonlyargs}
                if node.args.kwarg:
                    takes_any.add(node.name)
            if isinstance(node, ast.Call):
                named |= {keyword.arg for keyword in node.keywords if keyword.arg}
                calls += [(module, node)] if any(keyword.arg is None for keyword in node.keywords) else []
    for module, call in calls:
        if getattr(call.func, "attr", getattr(call.func, "id", "")) not in takes_any:
            raise SetupError(
                f"{module.name}, line {call.lineno}: ** hides from the image which names it gives"
            )
    return named


def _global_names(module: Module) -> set[str]:
    names = set()
    for node in module.tree.body:
        for part in ast.walk(node):
            if isinstance(part, ast.alias):
                names.add((part.asname or part.name).split(".")[0])
        if isinstance(node, Function | ast.ClassDef):
            names.add(node.name)
        else:
            names |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names


def _outermost(tree: ast.AST) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node
        elif isinstance(node, ast.stmt):
            yield from _outermost(node)


def _rename_in(module: Module, function: Function, taken: set[str]) -> None:
    nodes = list(ast.walk(function))
    used = [node for node in nodes if isinstance(node, ast.Name | ast.arg)]
    opaque = ast.Global | ast.Nonlocal | ast.ClassDef
    if any(isinstance(node, opaque) for node in nodes) or not all(module.holds(node) for node in used):
        return
    bound = {str(node.name) for node in nodes if isinstance(node, ast.ExceptHandler | ast.FunctionDef)}
    bound |= {(alias.asname or alias.name) for alias in nodes if isinstance(alias, ast.alias)}
    kept = taken | bound
    names = sorted({node.arg for node in nodes if isinstance(node, ast.arg)} - kept)
    letters = (
        letter
        for letter in "abcdefghijklmnopqrstuvwxyz"
        if letter not in kept | {name_of(node) for node in used}
    )
    short = {name: next(letters) for name in names if len(name) > 1}
    for node in used:
        name = name_of(node)
        if name in short:
            module.replace(node, short[name], len(name))
