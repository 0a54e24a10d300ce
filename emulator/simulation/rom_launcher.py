"""Runs a module's `main` from a ROMFS image that is mapped into memory, as flash is on a board:
`micropython emulator/simulation/rom_launcher.py [--live] IMAGE MODULE ARGUMENT…`.

It does not know what it runs. MicroPython alone: code and constants stay in the image, off the heap. With
`--live` the last line says how many bytes of the heap are still in use then.
"""

import gc
import os
import sys

import ffi  # portable: MicroPython alone runs this
import uctypes  # portable: MicroPython alone runs this
import vfs  # portable: MicroPython alone runs this

PROT_READ = 1
MAP_PRIVATE = 2
# Collected this often, what lives long comes to lie together, and room for a whole record stays in one piece.
GARBAGE_BYTES = 2048


def mapped(path: str):
    """Return a file's bytes without a copy."""
    libc = ffi.open(None)
    size = os.stat(path)[6]
    descriptor = libc.func("i", "open", "si")(path, 0)
    address = libc.func("P", "mmap", "PIiiiI")(0, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    return uctypes.bytearray_at(address, size)


def live():
    """Print what is in use once garbage is collected."""
    gc.collect()
    print('{"live_bytes": %d}' % gc.mem_alloc())  # type: ignore[attr-defined]


def main(image: str, module: str, arguments: "list[str]", at_end=None) -> int:
    """Mount the image and run the module with the arguments."""
    gc.threshold(GARBAGE_BYTES)  # type: ignore[attr-defined]
    vfs.mount(vfs.VfsRom(mapped(image)), "/rom")
    sys.path.insert(0, "/rom")
    __import__(module)
    return sys.modules[module].main(arguments, at_end)


if sys.argv[1] == "--live":
    sys.exit(main(sys.argv[2], sys.argv[3], sys.argv[4:], live))
sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
