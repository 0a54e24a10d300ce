"""Runs `kilotap meter replace` in processes that kill themselves at a chosen system call, each followed by
one that lives, and prints a JSON line for each death: what the two said and what the ledger holds.

It does not know what has to hold; test_exchange_cuts.py does. Its words are FOLDER PORT FIRST LAST.
"""

import contextlib
import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import hal.linux.signer
import hal.linux.storage
from firmware.crypto import canonical, jose
from firmware.ledger.journal import Journal
from tools.__main__ import main
from tools.metering import exchange

# What changes a disk.
CALLS = ("open", "mkdir", "pwrite", "fdatasync", "fsync", "rename", "ftruncate", "unlink", "link", "fchmod")


class Killing:
    """The module `os`, whose n-th call that changes a disk is the last one: before it, or in the middle."""

    def __init__(self, count: int) -> None:
        self._left = count

    def __getattr__(self, name: str):
        real = getattr(os, name)
        return self._counted(name, real) if name in CALLS else real

    def _counted(self, name: str, real):
        def call(*args, **more):
            self._left -= 1
            if self._left == 0:
                if name == "pwrite":
                    real(args[0], args[1][: len(args[1]) // 2], args[2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        return call


def run(config: Path, *more: str, dies_at: int = 0) -> dict:
    """Run the command in a process of its own; return how it ended and what it said."""
    there, back = os.pipe()
    child = os.fork()
    if child == 0:
        if dies_at:
            hal.linux.storage.os = hal.linux.signer.os = Killing(dies_at)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["meter", "replace", "--config", str(config), "--yes", "--json", *more])
        os.write(back, json.dumps({"out": out.getvalue(), "err": err.getvalue()}).encode())
        os._exit(code)
    os.close(back)
    said = os.read(there, 65536)
    os.close(there)
    status = os.waitpid(child, 0)[1]
    told = json.loads(said or b"{}")
    return {**told, "killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status)}


def kinds(ledger: Path) -> list[dict]:
    """Return the payloads of a ledger that nobody has open."""
    if not ledger.is_dir():
        return []
    storage = hal.linux.storage.open_storage(str(ledger))
    try:
        records = [compact for _, compact in Journal(storage).read_from(1)]
        return [canonical.decode(jose.split(compact, "record+jws")[0]) for compact in records]
    finally:
        os.close(storage._directory_fd)


def play(folder: Path, port: str, dies_at: int) -> dict:
    """Kill the command once on a fresh terminal, and run it again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = folder / "config.json"
    told = {"id": "KT-0001", "meter_port": port, "meter_model": "eastron-sdm630"}
    told |= {"ledger": str(folder / "ledger"), "key_file": str(folder / "key.pem")}
    config.write_text(json.dumps(told))
    first = run(config, dies_at=dies_at)
    between = kinds(folder / "ledger")
    return {"first": first, "between": between, "second": run(config), "after": kinds(folder / "ledger")}


if __name__ == "__main__":
    exchange.PAUSE_MS = 1
    for dies_at in range(int(sys.argv[3]), int(sys.argv[4])):
        played = play(Path(sys.argv[1]) / str(dies_at), sys.argv[2], dies_at)
        print(json.dumps({"dies_at": dies_at, **played}), flush=True)
        if not played["first"]["killed"]:
            break
