"""The launchers start a real MicroPython as a shell would, and `.mpy` files are made once for each change.

What each build must have comes from what the boards and tests use: TLS, ffi, littlefs, asyncio.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.interpreters import command, environment
from tools.setup import micropython as interpreters
from tools.setup import mpy
from tools.setup.ground import SetupError

WORD_BITS = {"micropython": 64, "micropython32": 32}


@pytest.mark.parametrize("name", interpreters.NAMES)
def test_each_build_has_its_word_size_and_the_modules_that_boards_use(name: str) -> None:
    code = "import sys, asyncio, ffi, tls, termios, vfs; vfs.VfsLfs2; print(64 if sys.maxsize >> 31 else 32)"
    done = subprocess.run(command(name, "-c", code), capture_output=True, text=True, env=environment())
    assert (done.stdout, done.stderr) == (f"{WORD_BITS[name]}\n", "")


@pytest.mark.parametrize("name", interpreters.NAMES)
def test_ffi_reaches_a_library(name: str) -> None:
    code = 'import ffi; print(ffi.open("libc.so.6").func("i", "abs", "i")(-7))'
    done = subprocess.run(command(name, "-c", code), capture_output=True, text=True)
    assert done.stdout == "7\n", done.stderr


def test_arguments_input_environment_and_exit_code_pass_through(micropython: Path, tmp_path: Path) -> None:
    script = tmp_path / "echo.py"
    script.write_text(
        "import os, sys\nprint(sys.argv[1:], sys.stdin.readline().strip(), os.getenv('WORD'))\nsys.exit(3)\n"
    )
    env = {**os.environ, "WORD": "from outside"}
    words = [micropython, script, "two words", "$HOME"]
    done = subprocess.run(words, input="a line\n", capture_output=True, text=True, env=env)
    assert (done.returncode, done.stdout) == (3, "['two words', '$HOME'] a line from outside\n")


def test_a_signal_reaches_the_interpreter_itself(micropython: Path) -> None:
    process = subprocess.Popen(
        [micropython, "-c", "import time\nprint('up')\ntime.sleep(60)"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    process.stdout.close()


def test_a_launcher_works_through_a_link(micropython: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(micropython)
    assert subprocess.run([link, "-c", "print(1)"], capture_output=True).stdout == b"1\n"


def test_a_missing_interpreter_is_named_with_the_way_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "_HOME", tmp_path / "micropython")
    monkeypatch.setattr(interpreters, "_LAUNCHERS", tmp_path / "bin")
    found = interpreters.find("micropython32")
    assert found.path is None
    assert "python3 -m tools.setup --test" in found.reason


def test_compiled_packages_run_and_only_changes_are_compiled_again(micropython: Path, tmp_path: Path) -> None:
    source = tmp_path / "room"
    (source / "inner").mkdir(parents=True)
    (source / "__init__.py").write_text("")
    (source / "inner" / "deep.py").write_text("ANSWER = 42\n")
    (source / "gone.py").write_text("")
    out = mpy.compile_tree([source], tmp_path / "out")
    deep, gone = out / "room/inner/deep.mpy", out / "room/gone.mpy"
    assert gone.exists()
    words = [micropython, "-c", "from room.inner.deep import ANSWER; print(ANSWER)"]
    assert subprocess.run(words, capture_output=True, env=environment(out)).stdout == b"42\n"

    first_ns = deep.stat().st_mtime_ns
    (source / "gone.py").unlink()
    mpy.compile_tree([source], out)
    assert deep.stat().st_mtime_ns == first_ns
    assert not gone.exists()

    later_s = time.time() + 5
    (source / "inner" / "deep.py").write_text("ANSWER = 43\n")
    os.utime(source / "inner" / "deep.py", (later_s, later_s))
    mpy.compile_tree([source], out)
    assert subprocess.run(words, capture_output=True, env=environment(out)).stdout == b"43\n"


def test_a_file_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "bad.py").write_text("x = [*()]\n")
    with pytest.raises(SetupError, match=r"room/bad\.py does not compile"):
        mpy.compile_tree([tmp_path / "room"], tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.mpy*"))
