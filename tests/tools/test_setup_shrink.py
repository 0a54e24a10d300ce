"""Proves that a program for the image of a board is the same program, only smaller."""

import subprocess
from pathlib import Path

import pytest

from tests.interpreters import command, environment
from tools.setup import romfs
from tools.setup.ground import SetupError
from tools.setup.shrink import shrink

LIMITS = """
SMALL = 3
NAMED = "name"
SPELT = "longer than ten characters"
HUGE = 1 << 40
TABLE = (1, 2)
USED_BY_OBJECT = 5
_PRIVATE = [7]

def _double(number, times=SMALL):
    return number * times

def area(width, height):
    return _double(width) * height + HUGE
"""

USER = """
from room import limits
from room.limits import (
    NAMED,
    SMALL,
    area,
)

class Meter:
    def __init__(self, area_m2):
        self._area_m2 = area_m2
        self.shown = self._reading(SMALL)

    def _reading(self, digits):
        return [digits + extra for extra in (limits.SMALL, limits.TABLE[0])]

    def of(self, other):
        return other.USED_BY_OBJECT, NAMED, limits.SPELT

def total(meters, *, scale):
    return sum([meter.shown[0] for meter in meters]) * scale + area(2, height=3)
"""


def shrunk() -> dict[str, str]:
    return shrink({"room.limits": LIMITS, "room.user": USER})


def test_what_a_program_computes_stays(tmp_path: Path) -> None:
    ask = "import room.user as u; m = u.Meter(1); print(m.shown, u.total([m], scale=2), u.limits.TABLE)"
    said = []
    for folder, texts in (("before", {"room.limits": LIMITS, "room.user": USER}), ("after", shrunk())):
        (tmp_path / folder / "room").mkdir(parents=True)
        for name, text in texts.items():
            (tmp_path / folder / (name.replace(".", "/") + ".py")).write_text(text)
        words = command("micropython32", "-c", ask)
        run = subprocess.run(words, env=environment(tmp_path / folder), capture_output=True, text=True)
        said.append(run.stdout)
    # (3 + 3) * 2, and 2 * 3 * 3 + 2**40.
    assert said == [f"[6, 4] {12 + 18 + 2**40} (1, 2)\n"] * 2


def test_constants_stand_where_they_are_used_and_nowhere_else() -> None:
    texts = shrunk()
    assert "SMALL" not in texts["room.limits"] and "SMALL" not in texts["room.user"]
    assert "NAMED" not in texts["room.user"] and "'name'" in texts["room.user"]


def test_what_is_long_large_or_reached_through_an_object_stays() -> None:
    text = shrunk()["room.limits"]
    assert all(name in text for name in ("SPELT =", "HUGE =", "TABLE =", "USED_BY_OBJECT ="))


def test_names_that_a_call_or_another_module_gives_stay() -> None:
    texts = shrunk()
    assert "height" in texts["room.limits"] and "scale" in texts["room.user"]
    assert "width" not in texts["room.limits"] and "_double" not in texts["room.limits"]
    assert "_area_m2" not in texts["room.user"] and "shown" in texts["room.user"]


def test_lines_keep_their_numbers() -> None:
    for name, text in shrunk().items():
        assert text.count("\n") == {"room.limits": LIMITS, "room.user": USER}[name].count("\n")


def test_a_call_that_hides_its_names_is_refused() -> None:
    with pytest.raises(SetupError, match="line 2: .. hides"):
        shrink({"room": "def f(a): return a\nf(**{'a': 1})\n"})


MOUNT = """
import os, sys, vfs
image = open(sys.argv[1], "rb").read()
vfs.mount(vfs.VfsRom(image), "/rom")
print(sorted(os.listdir("/rom")), open("/rom/a/b/long.mpy", "rb").read() == b"x" * 300)
"""


def test_micropython_mounts_the_image(tmp_path: Path) -> None:
    (tmp_path / "tree/a/b").mkdir(parents=True)
    (tmp_path / "tree/a/b/long.mpy").write_bytes(b"x" * 300)
    (tmp_path / "tree/odd.mpy").write_bytes(b"1")
    (tmp_path / "tree/source.py").write_bytes(b"not compiled")
    (tmp_path / "image").write_bytes(romfs.pack(tmp_path / "tree"))
    (tmp_path / "mount.py").write_text(MOUNT)
    words = command("micropython32", tmp_path / "mount.py", tmp_path / "image")
    run = subprocess.run(words, env=environment(), capture_output=True, text=True)
    assert run.stdout == "['a', 'odd.mpy'] True\n", run.stdout
