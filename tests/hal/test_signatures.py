"""Holds every class that a board hands out against ports.py: the same verbs with the same arguments.

It reads the source, so that the ESP32's board is held too, whose modules exist on no host.
"""

import ast
from pathlib import Path

import pytest

from tests.interpreters import ROOT

Verbs = dict[str, tuple[bool, list[str], int]]

COMMON = "hal/common"
RTU = (f"{COMMON}/rtu_bus.py", "RtuBus", (f"{COMMON}/master.py", "Master"))
PN532 = (f"{COMMON}/pn532_reader.py", "Pn532Reader")
PN532_CARD = (f"{COMMON}/pn532_reader.py", "Pn532Card")
SOFT = (f"{COMMON}/soft_signer.py", "SoftSigner")
DIRECTORY = (f"{COMMON}/directory.py", "DirectoryStorage")
TEXT = (f"{COMMON}/text_panel.py", "TextPanel")
STREAM = (f"{COMMON}/streams.py", "Stream")
NETWORK = (f"{COMMON}/streams.py", "Network")
URANDOM = (f"{COMMON}/urandom.py", "Entropy")
TASKS = (f"{COMMON}/tasks.py", "Tasks")
EVENT = (f"{COMMON}/event.py", "Event")
CLOCK = (f"{COMMON}/real_clock.py", "RealClock")
CONTACTOR = (f"{COMMON}/contactor.py", "Contactor")

# Which classes a board hands out for a port; where it is its own, the file is named as the port.
BOARDS = {
    "linux": {
        "Clock": [("hal/linux/clock.py", "Clock", CLOCK)],
        "Tasks": [TASKS],
        "Event": [EVENT],
        "Storage": [DIRECTORY],
        "MeterBus": [RTU],
        "Card": [PN532_CARD, ("hal/linux/pcsc_reader.py", "PcscCard")],
        "CardReader": [PN532, ("hal/linux/pcsc_reader.py", "PcscReader")],
        "Contactor": [CONTACTOR],
        "Plug": [("hal/linux/plug.py", "Plug")],
        "Panel": [TEXT],
        "Signer": [("hal/linux/signer.py", "Signer")],
        "KeptSigner": [("hal/linux/signer.py", "Signer")],
        "Entropy": [URANDOM],
        "Stream": [STREAM],
        "Network": [NETWORK],
        "Watchdog": [("hal/linux/watchdog.py", "Watchdog")],
    },
    "bench": {
        "Clock": [("hal/bench/clock.py", "Clock")],
        "Tasks": [TASKS],
        "Event": [EVENT],
        "Storage": [("hal/bench/storage.py", "Storage", DIRECTORY)],
        "MeterBus": [RTU],
        "Card": [PN532_CARD],
        "CardReader": [PN532],
        "Contactor": [("hal/bench/contactor.py", "Contactor")],
        "Plug": [("hal/bench/plug.py", "Plug")],
        "Panel": [("hal/bench/panel.py", "Panel")],
        "Signer": [SOFT],
        "KeptSigner": [("hal/bench/signer.py", "Signer", SOFT)],
        "Entropy": [URANDOM],
        "Stream": [STREAM],
        "Network": [NETWORK],
        "Watchdog": [("hal/bench/watchdog.py", "Watchdog")],
    },
    "esp32": {
        "Clock": [("hal/esp32/clock.py", "Clock", CLOCK)],
        "Tasks": [TASKS],
        "Event": [EVENT],
        "Storage": [("hal/esp32/storage.py", "Storage")],
        "MeterBus": [RTU],
        "Card": [PN532_CARD],
        "CardReader": [PN532],
        "Contactor": [CONTACTOR],
        "Plug": [("hal/esp32/plug.py", "Plug")],
        "Panel": [TEXT],
        "Signer": [SOFT],
        "KeptSigner": [("hal/esp32/signer.py", "Signer", SOFT)],
        "Entropy": [("hal/esp32/entropy.py", "Entropy")],
        "Stream": [STREAM],
        "Network": [("hal/esp32/networking.py", "Network")],
        "Watchdog": [("hal/esp32/watchdog.py", "Watchdog")],
    },
}

CASES = [(board, port, where) for board, ports in BOARDS.items() for port in ports for where in ports[port]]
FILES = {
    "board", "clock", "contactor", "entropy", "meter_bus", "networking", "panel", "plug", "reader", "signer",
    "storage", "tasks", "watchdog",
}  # fmt: skip


def bodies(path: str, name: str) -> list[list[ast.stmt]]:
    """Return what stands in a class; of one that each interpreter has its own of, CPython's first."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return [node.body for node in nodes if isinstance(node, ast.ClassDef) and node.name == name]


def body(path: str, name: str) -> list[ast.stmt]:
    return bodies(path, name)[0]


def attributes(path: str, name: str) -> set[str]:
    """Return the public attributes of a class: its properties, and what its methods set in `self`."""
    found = {
        node.name for node in body(path, name) if isinstance(node, ast.FunctionDef) and is_property(node)
    }
    for node in body(path, name):
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                found |= {part.attr} if ast.unparse(part.value) == "self" else set()
    return found


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator) == "property" for decorator in node.decorator_list)


def verbs(path: str, name: str) -> Verbs:
    """Return the public methods of a class: whether it is awaited, the arguments, how many have defaults."""
    return verbs_in(body(path, name))


def verbs_in(statements: list[ast.stmt]) -> Verbs:
    return {
        node.name: (
            isinstance(node, ast.AsyncFunctionDef),
            [argument.arg for argument in node.args.args],
            len(node.args.defaults),
        )
        for node in statements
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not is_property(node)
    }


def awaited(port: str, verb: str, is_async: bool) -> bool:
    """Say whether a port's verb is awaited; the clock's sleep may return any awaitable."""
    return is_async or (port, verb) == ("Clock", "sleep_ms")


@pytest.mark.parametrize(("board", "port", "where"), CASES, ids=[f"{c[0]}-{c[1]}-{c[2][1]}" for c in CASES])
def test_a_board_has_the_verbs_of_the_port(board: str, port: str, where: tuple) -> None:
    path, name, *bases = where
    mine = {verb: shape for base in bases for verb, shape in verbs(*base).items()} | verbs(path, name)
    for verb, (is_async, arguments, defaults) in verbs("hal/ports.py", port).items():
        assert verb in mine, f"{path}: {name} lacks {verb}"
        assert mine[verb] == (awaited(port, verb, is_async), arguments, defaults), f"{path}: {name}.{verb}"
    has = set().union(*(attributes(*each) for each in ((path, name), *bases)))
    assert attributes("hal/ports.py", port) <= has, f"{path}: {name}"


def test_each_interpreter_has_the_same_flag() -> None:
    # MicroPython's returns what is awaited, and needs no coroutine for it.
    mine, other = ({verb: shape[1:] for verb, shape in verbs_in(each).items()} for each in bodies(*EVENT))
    assert mine == other != {}


@pytest.mark.parametrize("board", BOARDS)
def test_boards_have_the_same_file_names(board: str) -> None:
    there = {path.stem for path in Path(ROOT, "hal", board).glob("*.py")}
    assert there >= FILES


def test_every_port_of_the_contract_is_held() -> None:
    tree = ast.parse((ROOT / "hal/ports.py").read_text())
    ports = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    # What a board gives or takes, and is no port of its own.
    ports -= {"Task", "Pieces"}
    for board, held in BOARDS.items():
        assert set(held) == ports, board
