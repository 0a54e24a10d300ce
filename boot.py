"""Brings an ESP32 up: starts the watchdog and chooses which of two firmware slots runs.

It does not know the terminal, and imports nothing of it: the slot may be the broken part.

A slot is a folder, /slot-a or /slot-b, with main.py, firmware/ and hal/ (as .mpy) in it. /slot holds one
line, the letter of the slot in use and how often it was started since it last proved good; the terminal's
watchdog sets the count back after a minute of life. A slot that was started three times and never proved good
makes way for the other. To update: write the idle slot, then "b 0" (its letter) to /slot, and reset.
"""

import os
import sys

STARTS = 3
BITE_MS = 60000
SLOTS = ("a", "b")


def choose(root: str = "/") -> str:
    """Count this start and return the folder of the slot to run. Raises RuntimeError where none can run."""
    there = [slot for slot in SLOTS if _is_there(root + "slot-" + slot)]
    if not there:
        raise RuntimeError("boot: no firmware; copy main.py, firmware/ and hal/ to %sslot-a" % root)
    slot, starts = _read(root + "slot")
    other = SLOTS[1 - SLOTS.index(slot)]
    if slot not in there:
        print("boot: slot %s is empty; slot %s runs instead" % (slot, other))
        slot, starts = other, 0
    elif starts >= STARTS and other in there:
        print(
            "boot: slot %s was started %d times and never proved good; slot %s runs" % (slot, starts, other)
        )
        slot, starts = other, 0
    _write(root + "slot", "%s %d" % (slot, starts + 1))
    return root + "slot-" + slot


def _is_there(folder: str) -> bool:
    for name in ("main.py", "main.mpy"):
        try:
            os.stat(folder + "/" + name)
            return True
        except OSError:
            pass
    return False


def _read(path: str) -> "tuple[str, int]":
    """Return letter and count of a state file; a missing or damaged one is told and counts as new."""
    try:
        with open(path) as file:
            slot, starts = file.read().split()
        if slot in SLOTS:
            return slot, int(starts)
    except (OSError, ValueError):
        pass
    print("boot: %s does not say which slot to start; slot a is tried" % path)
    return SLOTS[0], 0


def _write(path: str, line: str) -> None:
    with open(path + ".new", "w") as file:
        file.write(line)
    os.rename(path + ".new", path)


def start() -> None:
    """Start the watchdog, then let MicroPython find main.py and all imports in the chosen slot."""
    import machine

    machine.WDT(timeout=BITE_MS)
    folder = choose()
    os.chdir(folder)
    sys.path.insert(0, folder)


if __name__ == "__main__":
    start()
