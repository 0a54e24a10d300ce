"""The line to an emulated PN532 reader: the chip's model on a pseudo-terminal.

It does not know the story: whoever plays it holds cards to the chip.
"""

import asyncio
from collections.abc import Callable

from emulator.bench.pseudo_terminal import PseudoTerminal
from emulator.models.cards import Card
from emulator.models.pn532_chip import Pn532Chip

# InDataExchange, behind the byte that says that a frame goes to the chip (UM0701-02, 7.3.8).
FOR_THE_CARD = b"\xd4\x40"


class Pn532Line:
    """A PN532 at the end of a serial line; `path` is the terminal's end."""

    def __init__(self) -> None:
        self._chip = Pn532Chip()
        self._line = PseudoTerminal()
        # When the chip has looked for a card by itself for as long as it was told to.
        self._giving_up: asyncio.TimerHandle | None = None
        self.path = self._line.path

    def watch(self, seen: Callable[[str, bytes], None]) -> None:
        """Show what passes on the line: `>` from the terminal, `<` to it, and the bytes."""
        self._line.watch = seen

    async def start(self) -> None:
        """Begin to answer, in the running event loop."""
        self._line.listen(self._heard)

    async def insert(self, *cards: Card) -> None:
        """Hold a card to the reader, or several at once, in place of what was there before."""
        self._line.send(self._chip.field(*cards))

    def hang(self, for_ever: bool = False) -> None:
        """Let the chip hear nothing until it is woken, or nothing at all."""
        self._chip.hang(for_ever)

    async def remove(self) -> None:
        """Take the card away."""
        self._line.send(self._chip.field())

    async def close(self) -> None:
        """End the line."""
        if self._giving_up:
            self._giving_up.cancel()
        self._line.close()

    def _heard(self, received: bytes) -> None:
        """Have the chip answer: at once, or, where it passes a command on to a slow card, when that has."""
        slow_ms = self._chip.slow_ms() if FOR_THE_CARD in received else 0
        if slow_ms:
            asyncio.get_running_loop().call_later(slow_ms / 1000, self._answer, received)
        else:
            self._answer(received)

    def _answer(self, received: bytes) -> None:
        self._line.send(self._chip.feed(received))
        if self._giving_up:
            self._giving_up.cancel()
        self._giving_up = None
        if self._chip.patience_ms:
            after_s = self._chip.patience_ms / 1000
            self._giving_up = asyncio.get_running_loop().call_later(after_s, self._give_up)

    def _give_up(self) -> None:
        self._line.send(self._chip.give_up())
