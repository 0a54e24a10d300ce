"""Calls what only the program itself names by words that lie on the board anyway: a name of its own costs
ten bytes of heap.

It does not know what is behind a name. Those words are the short texts of the program, which are names to
MicroPython too, and the names that MicroPython has in its own ROM (known_names.txt).
"""

import ast
import builtins
import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from tools.setup.link_modules import LOADER
from tools.setup.program_text import Module, name_of, silent_nodes
from tools.setup.scopes import global_names, seen_by_classes

# What MicroPython 1.25 has in ROM for its modules and types; a name that a board lacks costs what any does.
KNOWN = frozenset(Path(__file__).with_suffix(".txt").read_text().split())

# MicroPython makes a name of a text up to this length (MICROPY_ALLOC_PARSE_INTERN_STRING_LEN).
LONGEST_TEXT = 10

# What MicroPython asks of objects by name, or mpy-cross takes for its own.
_RESERVED = {"args", "close", "const", "errno", "ioctl", "read", "readblocks", "readinto", "send", "super"}
_RESERVED |= {"throw", "value", "write", "writeblocks", *keyword.kwlist, *keyword.softkwlist}

# What finds a member by a text.
_BY_NAME = ("getattr", "hasattr", "setattr")

# Names that are no module of MicroPython's own.
_FILES = sorted(word for word in KNOWN if word.isupper())

_WORD = re.compile(r"\w+")

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BEFORE = {ast.FunctionDef: "def ", ast.AsyncFunctionDef: "async def ", ast.ClassDef: "class "}
Fresh = dict[str, str]


def call_by_known_names(texts: dict[str, str], root: str, entry: str) -> tuple[dict[str, str], Fresh]:
    """Return the texts of a linked program, {name: text}, with its own names exchanged, alike in all of them,
    and what the files of one word were called, {name: name before}.

    The `entry`, and a name that stands in a text, may be given by a keyword or is not plain to see stays.
    """
    # What stays in memory comes before what is loaded and forgotten.
    names = [root, *sorted(texts.keys() - {root})]
    parts = [_Part(Module(name, texts[name]), root) for name in names]
    of_parts, members = _choose(parts, entry)
    loaded = {node.value for part in parts for node in part.loads}
    files = dict(zip([name for name in names if name in loaded], _FILES, strict=False))
    for part, things in zip(parts, of_parts, strict=True):
        part.rename(things, members, files)
    renamed = {files.get(part.module.name, part.module.name): part.module.edited() for part in parts}
    return renamed, {fresh: name for name, fresh in files.items()}


class _Part:
    """One text of the program: what in it bears a name that counts, as a global thing or as a member."""

    def __init__(self, module: Module, root: str):
        self.module = module
        self._root = root
        found, self.locals = global_names(module)
        defined = [node for node in module.tree.body if isinstance(node, Named)]
        methods = [
            node for owner in module.all(ast.ClassDef) for node in owner.body if isinstance(node, Named)
        ]
        attributes = list(module.all(ast.Attribute))
        self.things = [(node, _word(node)) for node in [*defined, *found]]
        self.members = [(node, _word(node)) for node in [*methods, *attributes]]
        self.gives_things = [node.name for node in defined]
        self.gives_things += [name.id for name in found if isinstance(name.ctx, ast.Store)]
        self.gives_members = [node.name for node in methods]
        self.gives_members += [node.attr for node in attributes if isinstance(node.ctx, ast.Store)]
        self.kept = set(self._kept())
        calls = [node for node in module.all(ast.Call) if ast.unparse(node.func) == LOADER]
        self.loads = [node.args[0] for node in calls if isinstance(node.args[0], ast.Constant)]

    def texts(self) -> Iterator[str]:
        """Yield the texts that a board keeps."""
        silent = {id(part) for part in silent_nodes(self.module)}
        for node in self.module.all(ast.Constant):
            if isinstance(node.value, str) and id(node) not in silent:
                yield node.value

    def _kept(self) -> Iterator[str]:
        """Yield the names that stay."""
        yield from self.texts()
        # Of a table in one text, names may be cut, where what they stand for is set or asked for by name.
        for statement in self.module.tree.body if self._asks_by_name() else ():
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                for node in ast.walk(statement):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield from _WORD.findall(node.value)
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.keyword) and node.arg:
                yield node.arg
            elif isinstance(node, ast.Global | ast.Nonlocal):
                yield from node.names
            elif isinstance(node, ast.ClassDef):
                # An exception says its name, and what a class itself binds is neither global nor local.
                yield from [node.name] if node.bases else []
                yield from (name.id for part in node.body for name in _stored(part))
            elif isinstance(node, ast.Import) or (
                isinstance(node, ast.ImportFrom) and node.module != self._root
            ):
                yield from (part for alias in node.names for part in (alias.name, alias.asname) if part)
        for node, word in [*self.things, *self.members]:
            begin = self._place(node)
            if self.module.text.encode()[begin : begin + len(word)] != word.encode():
                yield word

    def _asks_by_name(self) -> bool:
        return any(ast.unparse(node.func) in _BY_NAME for node in self.module.all(ast.Call))

    def _place(self, node: ast.AST) -> int:
        """Return at which byte of the text the node's name stands."""
        if isinstance(node, ast.Attribute):
            return self.module.end_of(node) - len(node.attr)
        before = _BEFORE[type(node)] if isinstance(node, Named) else ""
        return self.module.start_of(node) + len(before)  # type: ignore[arg-type]

    def rename(self, things: Fresh, members: Fresh, files: Fresh) -> None:
        """Write the fresh names."""
        for loaded in self.loads:
            self.module.replace(loaded, repr(files[str(loaded.value)]))
        for fresh, uses in ((things, self.things), (members, self.members)):
            for node, word in uses:
                if word in fresh:
                    begin = self._place(node)
                    self.module.edits.append((begin, begin + len(word), fresh[word]))
        for statement in self.module.all(ast.ImportFrom):
            if statement.module == self._root:
                told = [
                    (things.get(each.name, each.name), each.asname or each.name) for each in statement.names
                ]
                told = [(name, things.get(bound, bound)) for name, bound in told]
                words = [name if name == bound else f"{name} as {bound}" for name, bound in told]
                self.module.replace(statement, f"from {self._root} import {', '.join(words)}")


def _choose(parts: list[_Part], entry: str) -> tuple[list[Fresh], Fresh]:
    """Return the fresh names of global things in each part, and of members.

    A member may be a global of a module that is loaded later, and a class hides globals from its own
    statements: what is seen as both gets a name that is free for both. What is loaded later sees the things
    of the root and none of another.
    """
    kept = {entry, *dir(builtins), *KNOWN}.union(*[part.kept for part in parts])
    gives_things = _in_turn([part.gives_things for part in parts], kept)
    gives_members = _in_turn([part.gives_members for part in parts], kept)
    things = {word for part in parts for _, word in part.things}
    members = {word for part in parts for _, word in part.members}
    seen = set().union(*[seen_by_classes(part.module) for part in parts])
    both = [word for word in gives_things if word in members | seen]
    short = {text for text in parts[0].texts() if text.isidentifier() and len(text) <= LONGEST_TEXT}
    spare = sorted(short - _RESERVED) + sorted(KNOWN - short - _RESERVED)
    bound = {*dir(builtins), *things}.union(*[part.locals for part in parts])
    fresh = _pairs(both, spare, bound | members | seen)
    given = {*fresh.values()}
    things_of_root = _in_turn([parts[0].gives_things], kept)
    of_root = _pairs([word for word in things_of_root if word not in fresh], spare, bound | given)
    fresh_things = [fresh | of_root]
    for part in parts[1:]:
        own = [word for word in _in_turn([part.gives_things], kept) if word not in fresh_things[0]]
        fresh_things.append(fresh_things[0] | _pairs(own, spare, bound | given.union(of_root.values())))
    only_members = [word for word in gives_members if word not in fresh]
    return fresh_things, fresh | _pairs(only_members, spare, members | seen | given)


def _pairs(words: list[str], spare: list[str], taken: set[str]) -> Fresh:
    return dict(zip(words, [word for word in spare if word not in taken], strict=False))


def _in_turn(lists: list[list[str]], kept: set[str]) -> list[str]:
    """Return the words of all lists once each; the interpreter's own and what has to stay apart."""
    return [word for word in dict.fromkeys(sum(lists, [])) if word not in kept and not word.startswith("__")]


def _word(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.name if isinstance(node, Named) else name_of(node)  # type: ignore[arg-type]


def _stored(statement: ast.stmt) -> Iterator[ast.Name]:
    if not isinstance(statement, Named):
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node
