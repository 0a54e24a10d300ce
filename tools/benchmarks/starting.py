"""Measures how a terminal's start grows with its ledger: a process each time, up to its first screen.

It does not know what a start does.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from emulator.models.disk import Memory
from emulator.models.prng import Prng
from emulator.simulation import play
from firmware.crypto import canonical, jose, p256
from firmware.ledger import chain, segment, summary
from firmware.ledger.checkpoint import Checkpoints
from hal.linux.storage import open_storage
from tools.benchmarks import memory
from tools.benchmarks.measuring import Figures, compare
from tools.commands.fast_craft import FastCraft
from tools.setup.ground import CACHE, ROOT

OLD, YOUNG = 50_000, 500
STARTS, QUICK_STARTS = 5, 2
SEGMENT_BYTES = 65536
TEXT = "x" * 260


def growth(is_quick: bool) -> Figures:
    """Compare a start with 50,000 records with one with 500."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=CACHE) as name:
        folders = []
        for count in (OLD, YOUNG):
            folder = Path(name) / str(count)
            _write(folder, count)
            folders.append(folder)
        times = QUICK_STARTS if is_quick else STARTS
        return compare(_start(folders[0]), _start(folders[1]), times, is_quick)


def _start(folder: Path) -> Callable[[], float]:
    words = [sys.executable, "-m", "tools.benchmarks.starting", str(folder)]

    def took_s() -> float:
        began_s = time.perf_counter()
        subprocess.run(words, check=True, cwd=ROOT)
        return time.perf_counter() - began_s

    return took_s


def _write(folder: Path, count: int) -> None:
    """Write a ledger as a terminal that was stopped in order leaves it: some 900 bytes a record."""
    folder.mkdir()
    story = memory.told(1)
    public = p256.public_key(p256.generate(Prng(story["seed"], "key").random_bytes))
    header = {"alg": "ES256", "kid": jose.thumbprint(public), "typ": chain.RECORD_TYPE}
    known = summary.start(header["kid"])
    lines: list[bytes] = []
    first, size = 1, 0
    for seq in range(1, count + 1):
        payload = {
            "at": "2026-03-28T16:00:00Z",
            "clock": "synchronised",
            "fault": "panel",
            "kind": "fault",
            "prev": known["prev"],
            "seq": seq,
            "terminal": story["terminal"]["id"],
            "ticks_ms": 1,
            "what": TEXT,
        }
        # A start reads no signature: it trusts what it wrote.
        compact = jose.compact(jose.signing_input(header, canonical.encode(payload)), bytes(range(1, 65)))
        line = segment.encode_line(compact)
        if size + len(line) > SEGMENT_BYTES:
            (folder / segment.name(first)).write_bytes(b"".join(lines))
            lines, first, size = [], seq, 0
        lines.append(line)
        size += len(line)
        known = summary.fold(known, seq, payload, chain.hash(compact))
    (folder / segment.name(first)).write_bytes(b"".join(lines))
    slots = Memory()
    Checkpoints(slots).save({"summary": known, "acknowledged": count, "progress": None})
    for name in slots.names():
        (folder / name).write_bytes(slots.read(name))


def main(folder: str) -> int:
    """Start a terminal on a ledger and let it come to its first screen."""
    steps = [{"after_ms": 1000, "action": "link", "argument": "down"}]
    story = {**memory.told(1), "steps": steps, "repeat": 1}
    shown: list[dict] = []
    play.play(story, shown.append, FastCraft(open_storage(folder)), audited=False)
    return 0 if [event for event in shown if "screen" in event] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
