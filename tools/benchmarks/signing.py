"""Measures proofs: on a 32-bit MicroPython against bare arithmetic, on CPython against a package.

It does not know curves and cards. What runs on MicroPython is on_board.py and its neighbours.
"""

import hashlib
import subprocess
import tempfile
from pathlib import Path

import ecdsa

from firmware.crypto import p256
from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, CannotRun, Figures, compare, figures_of, timed
from tools.benchmarks.on_board import DIGEST, PRIVATE
from tools.commands import interpreters
from tools.setup.ground import ROOT, SetupError

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
# A board's heap, where collecting garbage has its share; and one that the terminal does not fill from source.
SMALL_HEAP, LARGE_HEAP = "128k", "2m"
TIMES, QUICK_TIMES = 20, 5
LIMIT_S = 300


def sign(is_quick: bool) -> Figures:
    """Compare a signature with 1,000 multiplications modulo P."""
    return _on_board(is_quick, 1, SMALL_HEAP, "tools.benchmarks.on_board", "sign")


def verify(is_quick: bool) -> Figures:
    """Compare a verification with the same; 4,000 of them take about as long, and are what is run."""
    return _on_board(is_quick, 4, SMALL_HEAP, "tools.benchmarks.on_board", "sign-verify")


def receipt(is_quick: bool) -> Figures:
    """Compare a receipt, from the finished bill to the storage, with the two signatures in it.

    The folder lies in memory: what a disk takes to synchronise is its own, and `append` measures it.
    """
    if not MEMORY.is_dir():
        raise CannotRun(f"there is no {MEMORY}, a folder in memory")
    with tempfile.TemporaryDirectory(prefix="kilotap-", dir=MEMORY) as folder:
        return _on_board(is_quick, 1, LARGE_HEAP, "tools.benchmarks.on_board_receipt", folder)


def ev2(is_quick: bool) -> Figures:
    """Return the garbage of an EV2 authentication, in KB."""
    return _on_board(is_quick, 1, LARGE_HEAP, "tools.benchmarks.on_board_cards", "ev2")


def dda(is_quick: bool) -> Figures:
    """Compare a DDA check with the three modular powers that it needs."""
    return _on_board(is_quick, 1, LARGE_HEAP, "tools.benchmarks.on_board_cards", "dda")


def on_cpython(is_quick: bool) -> Figures:
    """Compare a signature in plain Python with the package ecdsa's, which makes the same one."""
    key = ecdsa.SigningKey.from_string(PRIVATE, ecdsa.NIST256p)

    def theirs() -> bytes:
        signature: bytes = key.sign_digest_deterministic(DIGEST, hashlib.sha256)
        return signature

    if theirs() != p256.sign(PRIVATE, DIGEST):
        raise CannotRun("the package ecdsa makes another signature; the two cannot be compared")
    times = QUICK_TIMES if is_quick else TIMES
    return compare(timed(lambda: p256.sign(PRIVATE, DIGEST)), timed(theirs), times, is_quick)


def _on_board(is_quick: bool, yardsticks: int, heap: str, module: str, argument: str) -> Figures:
    """Run a module on the 32-bit MicroPython and return its rounds' ratios, in so many yardsticks at once."""
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    try:
        interpreter = interpreters.words("micropython32")
    except SetupError as error:
        raise CannotRun(str(error)) from error
    done = subprocess.run(
        [*interpreter, "-X", f"heapsize={heap}", "-m", module, str(rounds), argument],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=interpreters.environment(),
        timeout=LIMIT_S,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    if done.returncode or len(lines) != rounds:
        raise CannotRun(f"{module} ended early: {(done.stdout + done.stderr).strip()[-200:]}")
    return figures_of([yardsticks * int(ours) / int(theirs) for ours, theirs in lines])
