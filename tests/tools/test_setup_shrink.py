"""Proves that a program for the image of a board is the same program, only smaller."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.interpreters import command, environment
from tools.setup import romfs
from tools.setup.drop_unused import drop_unused
from tools.setup.ground import SetupError
from tools.setup.known_names import KNOWN, call_by_known_names
from tools.setup.link_modules import link
from tools.setup.pool_texts import pool
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


THINGS = """
import sys
from array import array
WORDS = ("a", "b")

def hash(text):
    return "hash of " + text

def step(step, sizes=WORDS):
    if step == "?":
        raise ValueError("nobody knows what the step %s is" % step)
    return [step for step in sizes] + [array("B", [7])[0]]
"""

STARTING = """
import sys
from room import things
from room.things import step as one
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

class step:
    things = 3

    def run(self, one_more):
        '''A sentence that no board keeps.'''
        return things.step(one_more), one("y"), things.hash("x"), hash(1) == hash(1), self.things

def later():
    from room import table
    return table.ROWS

def main(arguments):
    try:
        one("?")
    except ValueError as error:
        print(step().run("z"), later(), error, "and that is the end, %s" % arguments[0])

if __name__ == "__main__":
    main(["as a script"])
"""

LINKED = {"room.things": THINGS, "room.start": STARTING, "room.table": "ROWS = 2", "room.unused": "import x"}


def test_a_linked_program_says_what_its_modules_said(tmp_path: Path) -> None:
    root = drop_unused(link(LINKED, "room.start")["room.start"], "main")
    linked = pool({"room.start": root}, "room.start")["room.start"]
    said = []
    for folder, texts in (("before", LINKED), ("after", {"room.start": linked, "room.table": "ROWS = 2"})):
        (tmp_path / folder / "room").mkdir(parents=True)
        for name, text in texts.items():
            (tmp_path / folder / (name.replace(".", "/") + ".py")).write_text(text)
        words = command("micropython32", "-c", "import room.start as s; s.main(['bye'])")
        run = subprocess.run(words, env=environment(tmp_path / folder), capture_output=True, text=True)
        said.append(run.stdout)
    first = "(['a', 'b', 7], ['a', 'b', 7], 'hash of x', True, 3) 2"
    assert said == [first + " nobody knows what the step ? is and that is the end, bye\n"] * 2


def test_what_starts_later_is_a_module_of_its_own_and_nothing_else_is() -> None:
    linked = link(shrink(LINKED), "room.start")
    assert sorted(linked) == ["room.start", "room.table"]
    assert "Any" not in linked["room.start"]


SPOKEN = {
    "room.deep": "SIDES = 4\ndef count(): return SIDES",
    "room.size": "def area(width): return width * width\ndef unused(): return 0",
    "room.say": "from room import deep, size\nfrom room.size import area\n"
    "def told(width):\n"
    "    from room import hint\n"
    "    return 'a square of %d, %d, %d, %s' % (area(width), size.area(1), deep.count(), hint.of(width))\n",
    # Loaded by what is loaded itself.
    "room.hint": "from room import size\ndef of(width): return size.area(width + 1)",
    "room.start": "from room import size\ndef area(): return 7\n"
    "def main(words):\n    import sys\n    from room import say\n    from room.say import told\n"
    "    loaded = [name for name in sys.modules if 'say' in name]\n"
    "    print(say.told(3), told(2), area(), size.area(5), loaded)\n",
}


def test_what_a_function_imports_finds_the_rest_and_is_forgotten_with_it(tmp_path: Path) -> None:
    linked = link(shrink(SPOKEN), "room.start")
    assert sorted(linked) == ["room.deep", "room.start", "room_hint", "room_say"]
    later = [linked["room_say"], linked["room_hint"]]
    linked["room.start"] = drop_unused(linked["room.start"], "main", later)
    linked = pool(linked, "room.start")
    # A short text of what comes and goes would stay as a name.
    assert "'a square of" not in linked["room_say"]
    assert "return 0" not in linked["room.start"]
    for name, text in linked.items():
        path = tmp_path / (name.replace(".", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    words = command("micropython32", "-c", "import room.start as s; s.main([])")
    run = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True)
    assert run.stdout == "a square of 9, 1, 4, 16 a square of 4, 1, 4, 9 7 25 []\n", run.stderr


NAMED = {
    "room.start": """
SIZES = "width height"
class Odd(Exception): pass
class Shape:
    kind = "flat"
    def __init__(self, corners, *, colour):
        self.corners, self.colour, self.width, self.height = corners, colour, 3, 4
    def surface(self, times=len(SIZES)):
        return self.width * self.height * times
def _later(name):
    return __import__(name)
def measure(shape):
    corners = shape.corners
    sizes = [getattr(shape, name) for name in SIZES.split()]
    return corners, sizes, shape.surface(), shape.colour, getattr(shape, "kind"), [].append
def main(words):
    from room import deep
    later = _later("room_later")
    try:
        raise Odd("square")
    except Odd as error:
        print(measure(Shape(5, colour="red"))[:-1], later.speak(7), deep.speak("x"), repr(error))
""",
    "room_later": "from room.start import measure\nfrom room.start import Shape as Form\n"
    "def speak(corners): return measure(Form(corners, colour='blue'))[:3]",
    "room.deep": "def speak(words): return words * 2",
}


def test_names_of_the_boards_own_do_what_the_programs_did(tmp_path: Path) -> None:
    renamed, files = call_by_known_names(NAMED, "room.start", "main")
    assert [*files.values()] == ["room_later"] and "room.deep" in renamed
    said = []
    for folder, texts in (("before", NAMED), ("after", renamed)):
        (tmp_path / folder / "room").mkdir(parents=True)
        for name, text in texts.items():
            (tmp_path / folder / (name.replace(".", "/") + ".py")).write_text(text)
        words = command("micropython32", "-c", "import room.start as s; s.main([])")
        said.append(
            subprocess.run(words, env=environment(tmp_path / folder), capture_output=True, text=True).stdout
        )
    # 3 * 4 * 12, as SIZES has twelve characters.
    assert said == ["(5, [3, 4], 144, 'red', 'flat') (7, [3, 4], 144) xx Odd('square',)\n"] * 2
    root = renamed["room.start"]
    assert not any(name in root for name in ("measure", "Shape", "surface")), root
    # What a text or a call names, an exception, what the interpreter knows, and the entry.
    assert all(
        name in root for name in ("self.width", "colour=", "class Odd", "[].append", "def main", "kind")
    )


def test_a_name_that_micropython_has_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text("def f(a):\n" + "".join(f"    a.{name}\n" for name in sorted(KNOWN)))
    (tmp_path / "other.py").write_text("def f(a):\n    a.unheard_of\n")
    ask = "import micropython as m, other; m.qstr_info(); import names; m.qstr_info()"
    run = subprocess.run(
        command("micropython32", "-c", ask), env=environment(tmp_path), capture_output=True, text=True
    )
    counts = [int(count) for count in re.findall(r"n_qstr=(\d+)", run.stdout)]
    # The names of the module and of its file.
    assert len(counts) == 2 and counts[1] - counts[0] <= 2, run.stdout + run.stderr


def test_what_nobody_uses_is_dropped_and_what_does_something_stays() -> None:
    text = "A = 1\nB = (A, 2)\nC = print()\ndef f(): return g()\ndef g(): return B\ndef main(): return 1\n"
    assert drop_unused(text, "main").replace("pass\n", "") == "C = print()\ndef main(): return 1\n"


IDLE = """
class A:
    __slots__ = ("named",)
    def __len__(self): return 1
    def used(self): return self.named
    def idle(self): x
class B(A):
    __slots__ = ("more",)
    def used(self): return self.__slots__
class C(A): pass
def main(a): return B().used(), getattr(a, "named")
"""


def test_a_method_that_no_object_is_asked_for_is_dropped() -> None:
    kept = drop_unused(IDLE, "main")
    assert "__len__" in kept and "used" in kept and "idle" not in kept
    # The slots of B are asked for, those of A mean nothing to MicroPython; C nobody makes.
    assert '"more"' in kept and '("named",)' not in kept and "class C" not in kept


def test_a_sentence_stands_once_in_a_linked_program() -> None:
    text = pool(link(LINKED, "room.start"), "room.start")["room.start"]
    assert text.count("nobody knows what") == 1 and "_said(" in text
    assert text.count("A sentence that no board keeps.") == 1


def test_a_module_that_is_used_as_a_value_is_refused() -> None:
    texts = {"room.a": "x = 1", "room.b": "from room import a\nprint(a)\n"}
    with pytest.raises(SetupError, match="room.b, line 2: a module is used as a value"):
        link(texts, "room.b")


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
