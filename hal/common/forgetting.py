"""Overwrites what is left in memory of a card's number after its tap, as far as an interpreter allows.

It does not know cards. Python's texts and bytes cannot be overwritten, but the memory that was theirs can.
"""

import sys

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":

    def forget() -> None:
        """Do nothing: here what is freed is overwritten at once (process.overwrite_freed)."""

else:
    import gc

    LARGEST_BYTES, SMALLEST_BYTES = 4096, 16

    def forget():
        """Collect the garbage, then take all memory that is free in pieces of zeros, and give it back."""
        gc.collect()
        left_bytes, size, taken = gc.mem_free(), LARGEST_BYTES, None
        while size >= SMALLEST_BYTES and left_bytes > 0:
            try:
                taken = (bytearray(size), taken)
                left_bytes -= size
            except MemoryError:
                size >>= 1
        taken = None
        gc.collect()


__all__ = ["forget"]
