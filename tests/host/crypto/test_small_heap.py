"""Proves that signing works in the heap that a busy small board still has."""

import subprocess
from pathlib import Path

from tests.interpreters import ROOT, command, environment
from tools.setup import mpy

MODULES = (
    "__init__",
    "errors",
    *(f"crypto/{name}" for name in ("__init__", "comb", "curve", "rfc6979", "p256")),
)
# RFC 6979, A.2.5: P-256, SHA-256, message "sample"; three times, so that it is no luck.
PROGRAM = """
import hashlib
from firmware.crypto import p256
private = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
for _ in range(3):
    signature = p256.sign(private, hashlib.sha256(b"sample").digest())
print(signature.hex())
"""
SIGNATURE = (
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)


def test_signing_works_in_a_heap_of_24_kb_table_and_code_included(tmp_path: Path) -> None:
    for name in MODULES:
        mpy.compile_file(ROOT / f"firmware/{name}.py", tmp_path / f"firmware/{name}.mpy", f"{name}.py")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    words = command("micropython32", program, heap="24k")
    done = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True)
    assert done.stdout.strip() == SIGNATURE, done.stdout + done.stderr
