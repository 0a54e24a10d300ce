"""Small real file systems, for what happens when they are full. It does not know what is written to them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Give a small file system of its own; skip where none may be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = folder / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "kilotap-test", str(place)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small file system can be mounted here: {error}")
    yield place
    # The storage holds its directory open until it is swept.
    subprocess.run(["umount", "--lazy", str(place)], check=True)
