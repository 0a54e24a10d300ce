"""Builds a ROMFS image of compiled packages, from which MicroPython runs code in place, as from flash.

It knows the file system's format (docs.micropython.org, "Working with ROMFS") and not what the code does.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.setup import mpy
from tools.setup.drop_unused import asked_of, drop_unused
from tools.setup.ground import CACHE, ROOT
from tools.setup.known_names import call_by_known_names
from tools.setup.link_modules import link
from tools.setup.pool_texts import pool
from tools.setup.shrink import shrink

# What a whole terminal and the world around it need in a simulation.
PACKAGES = ("firmware", "hal/board.py", "hal/common", "emulator/models", "emulator/simulation")
ROOT_MODULE = "emulator.simulation.__main__"
ENTRY = "main"
IMAGE = CACHE / "terminal.romfs"

_MAGIC = b"\xd2\xcd\x31"
_VERBATIM, _DIRECTORY, _FILE = 2, 4, 5


def build(image: Path = IMAGE) -> Path:
    """Write the image of PACKAGES anew where anything in them is newer, and return its path."""
    sources = [path for package in PACKAGES for path in _files(ROOT / package)]
    # A folder is newer when a file was taken out of it; the tools themselves count too.
    watched = {*sources, *(path.parent for path in sources), *Path(__file__).parent.glob("*.py")}
    newest_ns = max(path.stat().st_mtime_ns for path in watched)
    if not image.exists() or image.stat().st_mtime_ns <= newest_ns:
        image.parent.mkdir(parents=True, exist_ok=True)
        fresh = image.with_name(f".{image.name}.{os.getpid()}")
        with tempfile.TemporaryDirectory() as folder:
            _compile(sources, Path(folder), image.with_suffix(".py"))
            fresh.write_bytes(pack(Path(folder)))
        fresh.replace(image)
    return image


def _files(path: Path) -> Iterator[Path]:
    return path.rglob("*.py") if path.is_dir() else iter([path])


def _compile(sources: list[Path], folder: Path, listing: Path) -> None:
    """Compile the program as one module; tracebacks count the lines of the listing."""
    texts = link(shrink({_dotted(source): source.read_text() for source in sources}), ROOT_MODULE)
    asked = asked_of(texts.values())
    texts = {name: text if name == ROOT_MODULE else drop_unused(text, asked) for name, text in texts.items()}
    later = [text for name, text in texts.items() if name != ROOT_MODULE]
    texts[ROOT_MODULE] = drop_unused(texts[ROOT_MODULE], ENTRY, later)
    texts, files = call_by_known_names(texts, ROOT_MODULE, ENTRY)
    texts = pool(texts, ROOT_MODULE)
    listing.write_text(texts[ROOT_MODULE] + "".join([f"# {name} is {files[name]}\n" for name in files]))
    for name, text in texts.items():
        target = folder / (name.replace(".", "/") + ".py")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        mpy.compile_file(target, target.with_suffix(".mpy"), name)


def _dotted(source: Path) -> str:
    parts = source.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def pack(folder: Path) -> bytes:
    """Return the image of a folder with everything that is compiled in it."""
    content = _entries(folder)
    length = _number(len(content))
    if (len(_MAGIC) + len(length) + len(content)) % 2:
        # Readers ask for an even size; a leading 80 does not change a number.
        length = b"\x80" + length
    return _MAGIC + length + content


def _entries(folder: Path) -> bytes:
    records = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            records.append(_named(_DIRECTORY, path.name, _entries(path)))
        elif path.suffix == ".mpy":
            records.append(_named(_FILE, path.name, _record(_VERBATIM, path.read_bytes())))
    return b"".join(records)


def _named(kind: int, name: str, payload: bytes) -> bytes:
    return _record(kind, _number(len(name)) + name.encode() + payload)


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _number(number: int) -> bytes:
    """Return a number in groups of seven bits, the highest first; the top bit says that more follow."""
    groups = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        groups.insert(0, 0x80 | number & 0x7F)
    return bytes(groups)
