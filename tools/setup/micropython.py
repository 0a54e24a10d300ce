"""Finds the MicroPythons that this machine runs, and brings the missing ones into the checkout.

It knows names, versions and launchers; how packages are fetched is private_apt's business.
"""

import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from tools.setup import private_apt
from tools.setup.ground import CACHE, SetupError, last_lines, run, say

NAMES = ("micropython", "micropython32")
OLDEST = (1, 25)
SUITE = "trixie"  # the Debian release that has a MicroPython new enough

_HOME = CACHE / "micropython"
_LAUNCHERS = CACHE / "bin"
_HOW = "to have it: python3 -m tools.setup --test"

# For each architecture of a machine: that of the 64-bit and of the 32-bit program which it can run.
_ARCHITECTURES = {
    "amd64": {"micropython": "amd64", "micropython32": "i386"},
    "arm64": {"micropython": "arm64", "micropython32": "armhf"},
    "i386": {"micropython32": "i386"},
    "armhf": {"micropython32": "armhf"},
}

_PROBE = """
import sys, asyncio, ffi, tls, vfs
vfs.VfsLfs2
print("probe", sys.implementation.version[0], sys.implementation.version[1], 64 if sys.maxsize >> 31 else 32)
"""

_LAUNCHER = """\
#!/bin/sh
# Starts this MicroPython with its own C library, whatever the machine's is.
self=$0
[ -h "$self" ] && self=$(readlink -f "$self")
case $self in */*) ;; *) self=./$self ;; esac
home=${{self%/*}}/../micropython/{architecture}
exec "$home/{loader}" --library-path "$home/{library}" "$home/usr/bin/micropython" "$@"
"""

_LAUNCHER_OF_PATH = """\
#!/bin/sh
# Starts the MicroPython that this machine has on its PATH.
exec {program} "$@"
"""


class Interpreter(NamedTuple):
    """One MicroPython: the launcher's path, or None with the reason and whether it was only the network."""

    name: str
    path: Path | None
    reason: str = ""
    offline: bool = False


def find(name: str) -> Interpreter:
    """Say where the named MicroPython is, without asking the network."""
    kept = _kept(name)
    program, launcher = kept.get("program"), _LAUNCHERS / name
    if program and Path(str(program)).exists() and launcher.exists():
        return Interpreter(name, launcher)
    on_path = _on_path(name)
    if on_path is not None:
        return Interpreter(name, on_path)
    reason = str(kept.get("reason") or f"{name} was not fetched yet")
    return Interpreter(name, None, f"{reason}; {_HOW}", kept.get("offline") is True)


def bring(name: str) -> Interpreter:
    """Find the named MicroPython or fetch it; where neither works, say why in one line and go on."""
    found = find(name)
    if found.path == _LAUNCHERS / name:
        return found
    try:
        if found.path is not None:
            _launch(name, _LAUNCHER_OF_PATH.format(program=_quoted(found.path)), found.path)
        else:
            _fetch(name)
    except (SetupError, OSError) as error:
        offline = getattr(error, "offline", False)
        _keep(name, {"reason": str(error), "offline": offline})
        say(f"no {name}: {error}")
    return find(name)


def _fetch(name: str) -> None:
    architecture = _ARCHITECTURES.get(private_apt.machine_architecture(), {}).get(name)
    if architecture is None:
        raise SetupError(f"no build of {name} runs on this kind of machine")
    say(f"fetching {name} ({architecture}) from Debian {SUITE}")
    _HOME.mkdir(parents=True, exist_ok=True)
    target = _HOME / architecture
    with private_apt.unpacked("micropython", SUITE, architecture, beside=target) as fresh:
        loader = _loader(fresh)
        _probe([fresh / loader, "--library-path", fresh / loader.parent, fresh / "usr/bin/micropython"], name)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    script = _LAUNCHER.format(architecture=architecture, loader=loader, library=loader.parent)
    _launch(name, script, target / "usr/bin/micropython")


def _launch(name: str, script: str, program: Path) -> None:
    _LAUNCHERS.mkdir(parents=True, exist_ok=True)
    fresh = _LAUNCHERS / f".{name}.new"
    fresh.write_text(script)
    fresh.chmod(0o755)
    fresh.replace(_LAUNCHERS / name)
    _keep(name, {"program": str(program)})


def _loader(folder: Path) -> Path:
    """Find the C library's loader: it lies among the libraries, so its folder is the library path too."""
    for pattern in ("usr/lib/*/ld-linux*.so.*", "lib/*/ld-linux*.so.*"):
        for loader in sorted(folder.glob(pattern)):
            return loader.relative_to(folder)
    raise SetupError("the fetched packages hold no loader for their programs")


def _on_path(name: str) -> Path | None:
    """Take the user's own MicroPython where it is new enough; a 32-bit one is never expected there."""
    program = shutil.which("micropython") if name == "micropython" else None
    if program is None:
        return None
    try:
        _probe([program], name)
    except SetupError:
        return None
    return Path(program).absolute()


def _probe(command: list[str | Path], name: str) -> None:
    done = run([*command, "-c", _PROBE], timeout_s=30)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) != 4 or words[0] != "probe":
        raise SetupError(f"the program does not run here: {last_lines(done.stdout, 1) or done.returncode}")
    if (int(words[1]), int(words[2])) < OLDEST:
        raise SetupError(f"version {words[1]}.{words[2]} is older than {OLDEST[0]}.{OLDEST[1]}")
    if words[3] != ("32" if name == "micropython32" else "64"):
        raise SetupError(f"it is a build for {words[3]} bits")


def _kept(name: str) -> dict[str, object]:
    try:
        kept = json.loads((_HOME / f"{name}.json").read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(name: str, kept: dict[str, object]) -> None:
    _HOME.mkdir(parents=True, exist_ok=True)
    fresh = _HOME / f".{name}.json.new"
    fresh.write_text(json.dumps(kept))
    os.replace(fresh, _HOME / f"{name}.json")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
