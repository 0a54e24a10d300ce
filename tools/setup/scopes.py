"""Tells which names in a module are its own globals, as Python's scopes decide it.

It does not know what is done with them.
"""

import ast

from tools.setup.program_text import Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def global_names(module: Module) -> tuple[list[ast.Name], set[str]]:
    """Return every use of a global or built-in name, and all names that some inner scope binds."""
    walk = _Walk()
    walk.statements(module.tree.body, ())
    return walk.found, walk.inner


def seen_by_classes(module: Module) -> set[str]:
    """Return the names that stand in classes outside of methods, where attributes would hide globals."""
    seen = set()
    for owner in module.all(ast.ClassDef):
        for node in owner.body:
            outside: list[ast.AST] = [node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                outside = [*node.args.defaults, *node.decorator_list]
                outside += [default for default in node.args.kw_defaults if default]
            seen |= {part.id for each in outside for part in ast.walk(each) if isinstance(part, ast.Name)}
    return seen


class _Walk:
    def __init__(self) -> None:
        self.found: list[ast.Name] = []
        self.inner: set[str] = set()

    def statements(self, nodes: list[ast.stmt], scopes: tuple[set[str], ...]) -> None:
        for node in nodes:
            self.visit(node, scopes)

    def visit(self, node: ast.AST, scopes: tuple[set[str], ...]) -> None:
        if isinstance(node, ast.Name):
            if not any(node.id in scope for scope in scopes):
                self.found.append(node)
        elif isinstance(node, Function | ast.Lambda):
            self.function(node, scopes)
        elif isinstance(node, ast.ClassDef):
            for outer in node.bases + node.keywords + node.decorator_list:
                self.visit(outer, scopes)
            # What a class binds is seen in its own statements, and not in its methods.
            for statement in node.body:
                self.visit(
                    statement, scopes if isinstance(statement, Function) else (*scopes, _bound([statement]))
                )
        elif isinstance(node, Comprehension):
            targets = _bound([part.target for part in node.generators])
            self.inner |= targets
            self.children(node, (*scopes, targets))
        else:
            self.children(node, scopes)

    def function(self, node: Function | ast.Lambda, scopes: tuple[set[str], ...]) -> None:
        outside = [*node.args.defaults, *[default for default in node.args.kw_defaults if default]]
        if not isinstance(node, ast.Lambda):
            outside += node.decorator_list
        for outer in outside:
            self.visit(outer, scopes)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        every = [*node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        bound = _bound(body) | {arg.arg for arg in every if arg}
        self.inner |= bound
        for part in body:
            self.visit(part, (*scopes, bound))

    def children(self, node: ast.AST, scopes: tuple[set[str], ...]) -> None:
        for name, value in ast.iter_fields(node):
            # Annotations are never evaluated on a board.
            if name != "annotation":
                for part in value if isinstance(value, list) else [value]:
                    if isinstance(part, ast.AST):
                        self.visit(part, scopes)


def _bound(nodes: "list[ast.stmt] | list[ast.expr]") -> set[str]:
    """Return what some statements or targets bind in their own scope."""
    names = set()
    for node in nodes:
        if isinstance(node, Function | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | Comprehension):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        if isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        names |= _bound(list(ast.iter_child_nodes(node)))  # type: ignore[arg-type]
    return names
