"""Rules about names: modules, built-ins and methods that MicroPython lacks or that our rooms must not touch.

It knows lists of names, and takes no value apart.
"""

import ast
from collections.abc import Iterator

from tools.checks.finding import Module, running_nodes

Places = Iterator[tuple[int, str]]

# What both CPython and MicroPython have.
_SHARED = (
    *(
        "array",
        "asyncio",
        "binascii",
        "cmath",
        "collections",
        "errno",
        "gc",
        "hashlib",
        "heapq",
        "io",
        "json",
    ),
    *("math", "os", "platform", "random", "re", "select", "socket", "struct", "sys", "time"),
)
# What only MicroPython has: rooms that run on both cannot use it either.
_BOARD = (
    "cryptolib",
    "deflate",
    "esp32",
    "ffi",
    "machine",
    "micropython",
    "network",
    "tls",
    "uctypes",
    "vfs",
)
# A file of this name on the import path would stand in for the interpreter's own module.
_SHADOWED = frozenset([*_SHARED, *_BOARD, "bluetooth", "builtins", "ssl", "termios", "_thread"])
_ROOMS = ("firmware", "hal", "emulator", "boot", "main")
_COLLECTIONS = ("OrderedDict", "deque", "namedtuple")
# The shell is handed its clock, storage, network and scheduler as ports.
_IMPURE = ("asyncio", "gc", "os", "platform", "random", "select", "socket", "time")


def missing_modules(module: Module) -> Places:
    """Find imports of what MicroPython lacks; one that catches its ImportError is a seam, and allowed."""
    seams = _nodes_in_seams(module.tree)
    for node, name in _imports(module):
        top = name.split(".", 1)[0]
        if top in _ROOMS or top == "__future__" or id(node) in seams:
            continue
        if name not in _SHARED:
            yield node.lineno, f"`{name}` is not on every interpreter; type imports go under TYPE_CHECKING"
        elif name == "collections" and isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name not in _COLLECTIONS:
                    yield node.lineno, f"MicroPython's collections has no `{alias.name}`; write it out"


def impure_modules(module: Module) -> Places:
    """Find imports of clock, disk, network or scheduler in the firmware, which gets them as ports."""
    for node, name in _imports(module):
        if name.split(".", 1)[0] in _IMPURE:
            yield node.lineno, f"the firmware does not import `{name}`; take what it does as a port"


def shadowing_name(module: Module) -> Places:
    """Find a file named like a built-in module, which it would replace on MicroPython."""
    name = module.path.rsplit("/", 1)[-1].removesuffix(".py")
    if name in _SHADOWED:
        yield 1, f"a file named `{name}` can replace the interpreter's own module; name it after its idea"


def bare_json(module: Module) -> Places:
    """Find json.dump and json.dumps: what is signed or stored goes through the canonical encoder."""
    for node in running_nodes(module.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("dump", "dumps")
            and _is_name(node.value, "json")
        ):
            yield (
                node.lineno,
                "json.dumps orders and escapes as it likes; use firmware.crypto's canonical encoder",
            )
        if isinstance(node, ast.ImportFrom) and node.module == "json":
            for alias in node.names:
                if alias.name in ("dump", "dumps"):
                    yield node.lineno, "json.dumps orders and escapes as it likes; use the canonical encoder"


def missing_builtins(module: Module) -> Places:
    """Find names that are built into CPython only."""
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _MISSING_BUILTINS:
            yield node.lineno, f"MicroPython has no `{node.id}`; {_MISSING_BUILTINS[node.id]}"


_OS_ERROR = "catch OSError and look at its errno"
_MISSING_BUILTINS = {
    "BlockingIOError": _OS_ERROR,
    "BrokenPipeError": _OS_ERROR,
    "ConnectionError": _OS_ERROR,
    "ConnectionRefusedError": _OS_ERROR,
    "ConnectionResetError": _OS_ERROR,
    "FileExistsError": _OS_ERROR,
    "FileNotFoundError": _OS_ERROR,
    "InterruptedError": _OS_ERROR,
    "PermissionError": _OS_ERROR,
    "TimeoutError": _OS_ERROR,
    "ModuleNotFoundError": "catch ImportError",
    "RecursionError": "catch RuntimeError",
    "ascii": "use repr",
    "breakpoint": "leave it out",
    "format": 'use "%" or an f-string',
    "vars": "use dir and getattr",
}


def missing_methods(module: Module) -> Places:
    """Find methods of str, int, hashes and named tuples that MicroPython lacks."""
    for node in running_nodes(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        # `screen.title()` may well be ours: these two count on literals only.
        if name in _AMBIGUOUS and not isinstance(node.func.value, ast.Constant | ast.JoinedStr):
            continue
        if name in _MISSING_METHODS and not _is_name(node.func.value, "self"):
            yield node.lineno, f"MicroPython has no `.{name}()`; {_MISSING_METHODS[name]}"


_AMBIGUOUS = ("title", "translate")
_BY_HAND = "test the characters by hand"
_MISSING_METHODS = {
    "zfill": 'use "%05d" % number',
    "ljust": 'use "%-8s" % text',
    "rjust": 'use "%8s" % text',
    "removeprefix": "test startswith and slice",
    "removesuffix": "test endswith and slice",
    "casefold": "use lower",
    "capitalize": "upper the first character",
    "swapcase": "write it out",
    "title": "write it out",
    "translate": "replace character by character",
    "expandtabs": "use replace",
    "format_map": "use format(**d)",
    "isalnum": _BY_HAND,
    "isascii": _BY_HAND,
    "isdecimal": "use isdigit",
    "isidentifier": _BY_HAND,
    "isnumeric": "use isdigit",
    "isprintable": _BY_HAND,
    "bit_count": "count in a loop",
    "bit_length": "shift in a loop",
    "hexdigest": "use digest().hex()",
    "_asdict": "name the fields",
    "_replace": "construct it anew",
}


def _imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for node in running_nodes(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node, node.module or ""


def _nodes_in_seams(tree: ast.Module) -> set[int]:
    """Collect everything in a `try` that catches ImportError, its handlers included."""
    seams: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(
            _is_name(handler.type, "ImportError") for handler in node.handlers
        ):
            seams |= {id(inner) for inner in ast.walk(node)}
    return seams


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
