"""Puts the sentences of a program into one constant and cuts them out when they are said.

It does not know what they say. A board keeps an object in memory for every text of a program, also for a
message that is never needed; numbers in the code cost nothing.
"""

import ast
from collections.abc import Iterator

from tools.setup.program_text import Module, silent_nodes

_HEAD = """_SENTENCES = {content!r}


def _said(begin, end):
    return str(_SENTENCES[begin:end], "ascii")


"""


def pool(texts: dict[str, str], root: str) -> dict[str, str]:
    """Return a program's texts, {name: text}, whose sentences are cut from one constant of the root."""
    modules = {name: Module(name, text) for name, text in texts.items()}
    content = ""
    lasting = {node.value for node in modules[root].all(ast.Constant)}
    for name, module in modules.items():
        for node, sentence in _sentences(module, name == root, lasting):
            begin = content.find(sentence)
            if begin < 0:
                begin, content = len(content), content + sentence
            module.replace(node, f"_said({begin}, {begin + len(sentence)})")
    heads = {name: f"from {root} import _said\n" if module.edits else "" for name, module in modules.items()}
    heads[root] = _HEAD.format(content=content.encode())
    return {name: heads[name] + module.edited() for name, module in modules.items()}


def _is_sentence(text: str) -> bool:
    return len(text) > 10 and " " in text and text.isascii()


def _is_passing(text: str, is_argument: bool, lasting: set[object]) -> bool:
    """Tell what to cut in a module that comes and goes: a short text, once seen, would stay as a name.

    What stays anyway, and the keys of records, of which many are in memory at once, are left as they are.
    """
    return (
        len(text) > 1 and text.isascii() and (is_argument or not text.isidentifier()) and text not in lasting
    )


def _arguments(module: Module) -> set[int]:
    """Return which texts are neither kept in a tuple or table nor a key."""
    nodes = module.all(ast.Call, ast.Compare, ast.IfExp, ast.BinOp, ast.Return)
    return {id(part) for node in nodes for part in ast.iter_child_nodes(node)}


def _sentences(module: Module, is_root: bool, lasting: set[object]) -> Iterator[tuple[ast.Constant, str]]:
    """Yield such texts in functions, but for docstrings and types, which no board keeps."""
    silent = {id(part) for part in silent_nodes(module)}
    silent |= {id(part) for whole in module.all(ast.JoinedStr) for part in ast.walk(whole)}
    arguments = _arguments(module)
    told = set()
    for function in module.all(ast.FunctionDef, ast.AsyncFunctionDef):
        for statement in function.body:
            for node in ast.walk(statement):
                value = node.value if isinstance(node, ast.Constant) else None
                if not isinstance(value, str) or id(node) in silent or id(node) in told:
                    continue
                if _is_sentence(value) if is_root else _is_passing(value, id(node) in arguments, lasting):
                    told.add(id(node))
                    yield node, value  # type: ignore[misc]
