"""Adds to what the display shows of a receipt the QR code that leads to its page, where there is room for it.

It does not know displays; it is in memory only while it draws.
"""

from . import slices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Clock


async def add(shown: "dict[str, Any]", pattern: str, signature: bytes, clock: "Clock") -> None:
    """Put the rows of the code under "qr"; others run between its slices."""
    try:
        from firmware.receipts import page
        from firmware.screens import qr

        shown["qr"] = await slices.finish(qr.rows_steps(page.address(pattern, signature)), clock)
    except MemoryError:
        # The receipt is written; a small heap that is full shows it without the code.
        return
