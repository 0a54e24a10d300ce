"""Puts the sentences of a program into one constant and cuts them out when they are said.

It does not know what they say. A board keeps an object in memory for every text of a program, also for a
message that is never needed; numbers in the code cost nothing.
"""

import ast
from collections.abc import Iterator

from tools.setup.program_text import Module

_HEAD = """_SENTENCES = {content!r}


def _said(begin, end):
    return str(_SENTENCES[begin:end], "ascii")


"""


def pool(text: str) -> str:
    """Return a program's text in which functions take their sentences from one constant at its head."""
    module = Module("program", text)
    content = ""
    for node, sentence in _sentences(module):
        begin = content.find(sentence)
        if begin < 0:
            begin, content = len(content), content + sentence
        module.replace(node, f"_said({begin}, {begin + len(sentence)})")
    return _HEAD.format(content=content.encode()) + module.edited()


def _sentences(module: Module) -> Iterator[tuple[ast.Constant, str]]:
    """Yield the texts of several words in functions, but for docstrings and types, which no board keeps."""
    silent = {id(part) for part in _silent(module)}
    told = set()
    for function in module.all(ast.FunctionDef, ast.AsyncFunctionDef):
        for statement in function.body:
            for node in ast.walk(statement):
                value = node.value if isinstance(node, ast.Constant) else None
                if not isinstance(value, str) or id(node) in silent or id(node) in told:
                    continue
                if len(value) > 10 and " " in value and value.isascii():
                    told.add(id(node))
                    yield node, value  # type: ignore[misc]


def _silent(module: Module) -> Iterator[ast.AST]:
    for node in module.all(ast.Expr):
        yield node.value
    for node in module.all(ast.JoinedStr):
        yield from ast.walk(node)
    for node in module.all(ast.AnnAssign, ast.arg):
        if node.annotation:
            yield from ast.walk(node.annotation)
    for node in module.all(ast.FunctionDef, ast.AsyncFunctionDef):
        if node.returns:
            yield from ast.walk(node.returns)
