"""Fails on an arrow the wrong way between rooms; the floors stand in pyproject.toml.

It knows import-linter, and no room.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Hold the imports against the contracts; print only what is broken, and one line."""
    words: list[str | Path] = [
        Path(sys.executable).with_name("lint-imports"),
        "--no-cache",
        "--config",
        ROOT / "pyproject.toml",
    ]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
    print("layers: " + ("no arrow the wrong way" if done.returncode == 0 else "broken"))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
