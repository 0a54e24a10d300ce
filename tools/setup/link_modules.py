"""Links the modules of a program into one: on a board each module costs memory, even an empty one.

It does not know what the program does. A name that two modules give to different things gets a number. What a
function imports while it runs is loaded for that and forgotten with it, so that words cost nothing unsaid.
"""

import ast
import builtins

from tools.setup.ground import SetupError
from tools.setup.program_text import Module
from tools.setup.scopes import global_names, seen_by_classes

Names = dict[tuple[str, str], str]

# What loads a module and keeps it nowhere.
LOADER = "_later"

_LATER = f"""def {LOADER}(name):
    import sys
    module = __import__(name)
    del sys.modules[name]
    return module


"""


def link(sources: dict[str, str], root: str) -> dict[str, str]:
    """Return {root: text with all that it imports as it starts}, and the modules that can be loaded later.

    Those import nothing themselves, or what is in the root; these bear a name of one word and are never kept.
    """
    modules = {name: Module(name, text) for name, text in sources.items()}
    for module in modules.values():
        _drop_never(module)
    modules = {name: Module(name, module.edited()) for name, module in modules.items()}
    order: list[str] = []
    _visit(modules, root, order)
    names = _names(modules, order)
    forgotten = _forgotten(modules, order)
    for name in order:
        _load_later(modules[name], forgotten)
        _Linker(modules, modules[name], names).rewrite()
    later = {
        name: module.text
        for name, module in modules.items()
        if name not in order and not any(module.all(ast.Import, ast.ImportFrom))
    }
    later |= {_word(name): _linked_later(modules, name, order, names, root, forgotten) for name in forgotten}
    text = "\n".join(f"# {name}\n{modules[name].edited()}" for name in order)
    return {root: _LATER + text if forgotten else text, **later}


def _forgotten(modules: dict[str, Module], order: list[str]) -> set[str]:
    """Return the modules that functions load while they run and that import others; those may load more."""
    forgotten: set[str] = set()
    waiting = _loaded_by(modules, order, order)
    while waiting:
        name = waiting.pop()
        if name not in forgotten and any(modules[name].all(ast.Import, ast.ImportFrom)):
            forgotten.add(name)
            waiting |= _loaded_by(modules, _beyond(modules, name, order), order)
    return forgotten


def _loaded_by(modules: dict[str, Module], parts: list[str], order: list[str]) -> set[str]:
    """Return what some modules import that is neither among them nor in the root."""
    nodes = [(name, node) for name in parts for node in modules[name].all(ast.Import, ast.ImportFrom)]
    found = {needed for name, node in nodes for needed in _needed(modules, modules[name], node)}
    return found.difference(parts, order)


def _beyond(modules: dict[str, Module], name: str, order: list[str]) -> list[str]:
    """Return a module and what it imports as it starts, but for what is in the root."""
    extended = list(order)
    _visit(modules, name, extended)
    return extended[len(order) :]


def _word(name: str) -> str:
    return name.replace(".", "_")


def _load_later(module: Module, forgotten: set[str]) -> None:
    """Let functions load those modules by their words."""
    for node in module.all(ast.ImportFrom):
        source = module.source_of(node)
        calls = []
        for alias in node.names:
            own, whole = alias.asname or alias.name, f"{source}.{alias.name}"
            if whole in forgotten:
                calls.append(f"{own} = {LOADER}({_word(whole)!r})")
            elif source in forgotten:
                calls.append(f"{own} = {LOADER}({_word(source)!r}).{alias.name}")
        if len(calls) == len(node.names):
            module.replace(node, "; ".join(calls))
        elif calls:
            raise SetupError(f"{module.name}, line {node.lineno}: import alone what is loaded later")


def _linked_later(
    modules: dict[str, Module], name: str, order: list[str], names: Names, root: str, forgotten: set[str]
) -> str:
    """Return the text of a module, with what it needs beyond the root, that finds all else there."""
    parts = _beyond(modules, name, order)
    there = _names(modules, parts)
    # What is asked for by name keeps it.
    there |= {(name, own): own for own in _own(modules[name])}
    hidden = {*there.values()}
    for part in parts:
        hidden |= global_names(modules[part])[1] | seen_by_classes(modules[part])
    there |= {key: f"root_{linked}" if linked in hidden else linked for key, linked in names.items()}
    texts = []
    for part in parts:
        module = Module(part, modules[part].text)
        _load_later(module, forgotten.difference(parts))
        _Linker(modules, module, there).rewrite()
        texts.append(module.edited())
    text = "\n".join(texts)
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    taken = [LOADER] if LOADER in used else []
    for linked in sorted(names.values()):
        if linked in used - hidden:
            taken.append(linked)
        elif f"root_{linked}" in used:
            taken.append(f"{linked} as root_{linked}")
    return f"from {root} import {', '.join(taken)}\n{text}" if taken else text


def _drop_never(module: Module) -> None:
    """Take out what runs for type checkers alone, or when the module is a script."""
    for node in module.tree.body:
        if isinstance(node, ast.If) and not node.orelse:
            never = isinstance(node.test, ast.Constant) and not node.test.value
            if never or ast.unparse(node.test) == "__name__ == '__main__'":
                module.replace(node, "pass")


def _visit(modules: dict[str, Module], name: str, order: list[str]) -> None:
    """Put a module after everything that it imports as it starts."""
    for node in modules[name].tree.body:
        for needed in _needed(modules, modules[name], node):
            if needed not in order:
                _visit(modules, needed, order)
    if name not in order:
        order.append(name)


def _needed(modules: dict[str, Module], module: Module, node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name in modules]
    if not isinstance(node, ast.ImportFrom):
        return []
    source = module.source_of(node)
    within = [f"{source}.{alias.name}" for alias in node.names if f"{source}.{alias.name}" in modules]
    return within + ([source] if source in modules and len(within) < len(node.names) else [])


def _names(modules: dict[str, Module], order: list[str]) -> Names:
    """Choose the name of every global; what no other thing bears stays as it is, all else gets a number."""
    taken = {*dir(builtins), *_foreign(modules, order)}
    for name in order:
        taken |= global_names(modules[name])[1]
    names: Names = {}
    root = order[-1]
    for name in [root, *order[:-1]]:
        for own in sorted(_own(modules[name])):
            fresh, number = own, 1
            while fresh in taken:
                number += 1
                fresh = f"{own}_{number}"
            taken.add(fresh)
            names[name, own] = fresh
    return names


def _own(module: Module) -> set[str]:
    """Return the names that a module itself gives, not those that it imports."""
    names = set()
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            inside = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
            names |= {part.id for part in inside if isinstance(part.ctx, ast.Store)}
    return names


def _foreign(modules: dict[str, Module], order: list[str]) -> dict[str, str]:
    """Return what the program calls things from outside, each of which has to be one thing throughout."""
    foreign: dict[str, str] = {}
    for name in order:
        for node in modules[name].tree.body:
            if not isinstance(node, ast.Import | ast.ImportFrom) or _needed(modules, modules[name], node):
                continue
            for alias in node.names:
                thing = f"{getattr(node, 'module', '')}.{alias.name}"
                if foreign.setdefault(alias.asname or alias.name, thing) != thing:
                    raise SetupError(f"{name} calls {thing} what another module calls something else")
    return foreign


class _Linker:
    """Rewrites one module so that it finds everything in the one that all become."""

    def __init__(self, modules: dict[str, Module], module: Module, names: Names):
        self._modules = modules
        self._module = module
        self._names = names
        self._things: dict[str, str] = {own: names[module.name, own] for own in _own(module)}
        self._aliases: dict[str, str] = {}
        self._attributes = {id(node.value): node for node in module.all(ast.Attribute)}

    def rewrite(self) -> None:
        for node in self._module.tree.body:
            if _needed(self._modules, self._module, node):
                self._take(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                words = {ast.FunctionDef: "def", ast.AsyncFunctionDef: "async def", ast.ClassDef: "class"}
                before = f"{words[type(node)]} "
                self._module.replace(node, before + self._things[node.name], len(before + node.name))
        for name in global_names(self._module)[0]:
            self._write(name)

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom):
            source = self._module.source_of(node)
            for alias in node.names:
                bound = alias.asname or alias.name
                if f"{source}.{alias.name}" in self._modules:
                    self._aliases[bound] = f"{source}.{alias.name}"
                else:
                    self._things[bound] = self._names[source, alias.name]
        self._module.replace(node, "pass")

    def _write(self, node: ast.Name) -> None:
        if not self._module.holds(node):
            if node.id in self._things and self._things[node.id] != node.id or node.id in self._aliases:
                raise SetupError(
                    f"{self._module.name}, line {node.lineno}: write {node.id} outside of the f-string"
                )
        elif node.id in self._aliases:
            owner = self._attributes.get(id(node))
            if owner is None:
                raise SetupError(f"{self._module.name}, line {node.lineno}: a module is used as a value")
            self._module.replace(owner, self._names[self._aliases[node.id], owner.attr])
        elif self._things.get(node.id, node.id) != node.id:
            self._module.replace(node, self._things[node.id])
