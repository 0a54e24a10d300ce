"""Small real file systems that get full or go bad. It does not know what is written to them."""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

IMAGE_BYTES = 4 << 20
BLOCK_BYTES = 4096
# <linux/fs.h>: the block of the disk on which a block of a file lies.
FIBMAP = 1


@contextlib.contextmanager
def small_disk(place: Path, size_bytes: int) -> Iterator[Path]:
    """Mount a file system of so many bytes at a folder, made where missing; skip where none may be."""
    with _mounted(place, "-t", "tmpfs", "-o", f"size={size_bytes}", "kilotap-test"):
        yield place


@contextlib.contextmanager
def disk_of_an_image(folder: Path) -> Iterator["Image"]:
    """Mount a file system that lies in a file, so that it can go bad; skip where none may be."""
    image = folder / "image"
    image.touch()
    os.truncate(image, IMAGE_BYTES)
    try:
        make = ["mkfs.ext2", "-q", "-F", "-b", str(BLOCK_BYTES), str(image)]
        subprocess.run(make, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be made here: {error}")
    place = folder / "disk"
    with _mounted(place, "-o", "loop", str(image)):
        yield Image(image, place)


class Image:
    """A file system mounted at `place`."""

    def __init__(self, path: Path, place: Path):
        self._path = path
        self.place = place

    def lose(self, file: Path) -> None:
        """Give nothing back any more of one file."""
        self._put_behind_all_others(file)
        os.truncate(self._path, min(_blocks(file)) * BLOCK_BYTES)
        for path in self._files():
            # What was read once would be given back from memory.
            with path.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def _files(self) -> list[Path]:
        return [path for path in self.place.rglob("*") if path.is_file()]

    def _put_behind_all_others(self, file: Path) -> None:
        """Copy a file until a copy lies there and takes its place: the disk chooses where things lie."""
        copies = []
        while True:
            subprocess.run(["sync", "-f", str(self.place)], check=True)
            others = [block for path in self._files() if path != file for block in _blocks(path)]
            if min(_blocks(file)) > max(others, default=0):
                break
            copies.append(self.place / f"before-{len(copies)}")
            file.rename(copies[-1])
            shutil.copyfile(copies[-1], file)
        for copy in copies:
            copy.unlink()
        subprocess.run(["sync", "-f", str(self.place)], check=True)


def _blocks(file: Path) -> list[int]:
    """Return where on the disk the blocks of a file lie."""
    with file.open("rb") as opened:
        count = -(-os.fstat(opened.fileno()).st_size // BLOCK_BYTES)
        asked = [fcntl.ioctl(opened, FIBMAP, struct.pack("i", number)) for number in range(count)]
    return [block for (block,) in (struct.unpack("i", told) for told in asked) if block]


@contextlib.contextmanager
def _mounted(place: Path, *how: str) -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place.mkdir(exist_ok=True)
    try:
        subprocess.run(["mount", *how, str(place)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small file system can be mounted here: {error}")
    try:
        yield
    finally:
        # A storage holds its directory open until it is swept.
        subprocess.run(["umount", "--lazy", str(place)], check=True)
