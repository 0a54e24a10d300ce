"""Compiles packages to MicroPython's `.mpy` with the mpy-cross of the pinned version.

It knows files and their times, and not what the code does.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.setup.ground import ROOT, VENV, SetupError, last_lines, run


def compile_tree(source_dirs: Iterable[str | Path], out_dir: str | Path) -> Path:
    """Compile what changed of each package into `out_dir/<its name>`; return `out_dir`, for MICROPYPATH."""
    out = Path(out_dir)
    for source_dir in source_dirs:
        source = (ROOT / source_dir).resolve()
        if not source.is_dir():
            raise SetupError(f"cannot compile {source_dir}: there is no such folder")
        _compile_package(source, out / source.name)
    return out


def _compile_package(source: Path, out: Path) -> None:
    modules = {module.relative_to(source).with_suffix(".mpy"): module for module in source.rglob("*.py")}
    for stale in out.rglob("*.mpy"):
        if stale.relative_to(out) not in modules:
            stale.unlink()
    for name, module in modules.items():
        if _is_older(out / name, module):
            compile_file(module, out / name, f"{source.name}/{module.relative_to(source).as_posix()}")


def _is_older(compiled: Path, module: Path) -> bool:
    try:
        return compiled.stat().st_mtime_ns < module.stat().st_mtime_ns
    except FileNotFoundError:
        return True


def compile_file(module: Path, compiled: Path, shown_name: str) -> None:
    """Compile one module, which tracebacks are to call by `shown_name`."""
    compiled.parent.mkdir(parents=True, exist_ok=True)
    # Tests in several processes may compile the same file: each writes its own, and the last one stays.
    fresh = compiled.with_name(f".{compiled.name}.{os.getpid()}")
    done = run([mpy_cross(), "-s", shown_name, "-o", fresh, module], timeout_s=60)
    if done.returncode != 0:
        fresh.unlink(missing_ok=True)
        raise SetupError(f"{shown_name} does not compile for MicroPython:\n{last_lines(done.stdout)}")
    fresh.replace(compiled)


def mpy_cross() -> Path:
    """Find the program itself: its Python wrapper takes longer to start than a file to compile."""
    for folder in (Path(sys.prefix), VENV):
        for program in sorted(folder.glob("lib/python3*/site-packages/mpy_cross/mpy-cross")):
            return program
    on_path = shutil.which("mpy-cross")
    if on_path is None:
        raise SetupError("mpy-cross is missing; run: python3 -m tools.setup")
    return Path(on_path)
