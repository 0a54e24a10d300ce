"""Carries a dialogue with a card, command by command.

It does not know what is said, nor over what.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from typing import Any


async def carry(
    dialogue: "Generator[bytes, bytes, Any]", transmit: "Callable[[bytes], Awaitable[bytes]]"
) -> "Any":
    """Return what the dialogue returns. Raises what it or `transmit` raises."""
    try:
        command = next(dialogue)
        while True:
            command = dialogue.send(await transmit(command))
    except StopIteration as end:
        return end.value
