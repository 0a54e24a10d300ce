"""Each rule of the portability check finds its bad sample, and leaves the good one alone.

The samples come from what MicroPython 1.25 was seen to refuse or to answer wrongly.
"""

from pathlib import Path

import pytest

from tools.checks import compiling, portability

FIRMWARE = "firmware/pricing/sample.py"

BAD = [
    ("price = 0.49", "a float in the firmware"),
    ("price = 1e3", "a float in the firmware"),
    ("def f(a): return a / 2", "`/` makes a float"),
    ("a = 4\na /= 2", "`/` makes a float"),
    ("def f(text): return float(text)", "float()"),
    ("def f(a):\n    match a:\n        case 1: pass", "`match`"),
    ("def f(a, /): pass", "positional-only"),
    ("def f(d): return {**d}", "`{**d}`"),
    ("def f(a): return [*a]", "`[*a]`"),
    ("def f(a): return *a, 1", "`[*a]`"),
    ("def f(a): return {*a}", "`[*a]`"),
    ("try:\n    pass\nexcept* OSError:\n    pass", "`except*`"),
    ("async def f(a): return [x async for x in a]", "async comprehension"),
    ("async def f():\n    yield 1", "async generator"),
    ("class A(metaclass=type): pass", "metaclasses"),
    ("from __future__ import annotations", "__future__"),
    ("import dataclasses", "`dataclasses`"),
    ("from typing import Any", "`typing`"),
    ("from collections.abc import Iterator", "`collections.abc`"),
    ("from collections import Counter", "`Counter`"),
    ("import machine", "`machine`"),
    ("import asyncio", "take what it does as a port"),
    ("import time", "take what it does as a port"),
    ("try:\n    pass\nexcept:\n    pass", "bare except"),
    ("def f(a): return 'lit{}' f'{a}'", "beside an f-string"),
    ("def f(a): return (\n    f'{a}'\n    'lit'\n)", "beside an f-string"),
    ("def f(a): return f'{a}' rf'{a}'", "beside an f-string"),
    ("def f(s): return s.zfill(3)", ".zfill()"),
    ("def f(s): return s.removeprefix('a')", ".removeprefix()"),
    ("x = 'a b'.title()", ".title()"),
    ("def f(n): return n.bit_length()", ".bit_length()"),
    ("def f(n): return n.to_bytes(2, byteorder='big')", "to_bytes"),
    ("def f(n): return n.to_bytes(2, 'big', signed=True)", "to_bytes"),
    ("def f(b): return int.from_bytes(b)", "from_bytes"),
    ("def f(a, m): return pow(a, -1, m)", "negative exponent"),
    ("x = b'abc'[::-1]", "only lists with a step"),
    ("def f(raw: bytes): return raw[::2]", "only lists with a step"),
    ("def f(raw: 'tuple[int, ...]'): return raw[::-1]", "only lists with a step"),
    ("def f(n):\n    raw = n.to_bytes(4, 'big')\n    return raw[::-1]", "only lists with a step"),
    ("import json\ndef f(a): return json.dumps(a)", "canonical encoder"),
    ("from json import dumps", "canonical encoder"),
    ("try:\n    pass\nexcept TimeoutError:\n    pass", "`TimeoutError`"),
    ("Rows = list[int]", "`list[…]`"),
    ("def f(a, b): return zip(a, b, strict=True)", "`strict=`"),
    ("def f(s): return s.split(sep=',')", "`sep=`"),
    ("x = = 1", "no Python at all"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_each_bad_sample_is_found_once_and_at_its_line(text: str, message: str) -> None:
    found = portability.check_text(FIRMWARE, text + "\n")
    assert [message in finding.message for finding in found] == [True], found
    assert 1 <= found[0].line <= text.count("\n") + 1


GOOD = [
    "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from typing import Any\n    Rows = list[int]",
    "def f(a: 'list[int]') -> list[int]: return a[::-1]",
    "def f(a):\n    first, *rest = a\n    return f'{first}', rest",
    "def f(d, *a, **k): return f(dict(d), *a, **k)",
    "from collections import namedtuple\nfrom firmware.errors import ConfigError",
    "import json\ndef f(text): return json.loads(text)",
    "def f(n): return n.to_bytes(2, 'big') + bytes(int.from_bytes(b'ab', 'big') // 256)",
    "class Screen:\n    def title(self): return self.title()",
    "if (n := 4) and pow(2, n, 7): pass",
    "x = ('a'\n     'b')\ny = f'{x}'\nz = 'c'",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_micropython_runs_is_left_alone(text: str) -> None:
    assert portability.check_text(FIRMWARE, text + "\n") == []


def test_a_file_named_like_a_built_in_module_is_found() -> None:
    (found,) = portability.check_text("firmware/crypto/json.py", "\n")
    assert str(found).startswith("firmware/crypto/json.py:1: a file named `json`")


def test_a_float_is_the_firmwares_problem_only() -> None:
    assert portability.check_text("emulator/models/vehicle.py", "x = 0.5 / 2\n") == []


def test_a_board_may_import_what_only_its_interpreter_has() -> None:
    assert portability.check_text("hal/bench/serial_line.py", "import ffi\nimport termios\n") == []


def test_the_raspberry_pi_board_may_use_everything_of_cpython() -> None:
    assert portability.check_text("hal/linux/reader.py", "import dataclasses\nx = [*()]\n") == []


def test_a_seam_that_catches_import_error_is_allowed_outside_the_firmware_rules() -> None:
    text = "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n"
    assert portability.check_text("emulator/simulation/play.py", text) == []


def test_a_pardon_holds_only_with_a_reason() -> None:
    assert portability.check_text(FIRMWARE, "x = 0.5  # portable: shows the rounding in a comment\n") == []
    assert len(portability.check_text(FIRMWARE, "x = 0.5  # portable: \n")) == 1


def test_the_real_compiler_has_the_last_word(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text("x = 1\nwith (open('a') as a, open('b') as b):\n    pass\n")
    (found,) = compiling.check(path, "firmware/sample.py")
    assert (found.path, found.line) == ("firmware/sample.py", 2)
    assert "does not compile" in found.message


def test_the_command_names_every_place_and_counts_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = tmp_path / "firmware"
    room.mkdir()
    (room / "sample.py").write_text("x = 1\ny = 0.5\n")
    assert portability.main([str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "firmware/sample.py:2: a float in the firmware" in said
    assert said.endswith("portability: 1 problem in 1 files\n")
