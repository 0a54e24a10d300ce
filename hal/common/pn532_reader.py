"""A card reader behind a PN532 on a serial line: wakes the chip, looks for cards, carries APDUs.

It does not know frames and commands, which are dialogues of firmware.cards, nor the port.
"""

import errno

from firmware.cards import pn532
from firmware.errors import CardError
from hal.common.conversation import carry
from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from hal.common.rtu_bus import Port

# Between two looks for a card: a driver feels nothing, and the chip's field rests.
LOOK_PAUSE_MS = 50
# After so many looks for cards of type A, one for those of other types: they only get words.
LOOKS_A_OTHER = 4
READ_BYTES = 64
# How a configuration calls it: asked for cards, or looking by itself.
PN532 = ("pn532", "pn532-auto")
AUTO = PN532[1]


class Pn532Card:
    """A card in the chip's field; `atr` is its answer to select, empty for a plain UID card. One that is not
    of type A has no `uid` either.
    """

    def __init__(self, chip: "Pn532Reader", uid: bytes, atr: bytes) -> None:
        self._chip = chip
        self.uid = uid
        self.atr = atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Send a command APDU, return the response with its status word. Raises OSError: the card is gone."""
        response: bytes = await self._chip.ask(pn532.exchange(apdu))
        return response

    async def converse(self, dialogue: "Generator[bytes, bytes, Any]") -> "Any":
        """Carry a whole dialogue. Raises OSError, and what the dialogue raises."""
        return await carry(dialogue, self.transmit)


class Pn532Reader:
    """The reader port over a PN532. A chip that hangs is woken again at once, and once; then it is gone.

    It is asked for a card every 50 ms, or, where `is_auto`, looks by itself every 150 ms: then the line is
    silent until one comes.
    """

    def __init__(self, port: "Port", is_auto: bool = False) -> None:
        self._port = port
        self._is_auto = is_auto
        self._decoder = pn532.Decoder()
        self._is_awake = False
        # Whether a dialogue was broken off by whoever waited: the chip may still be busy with it.
        self._is_busy = False
        self._knows_others = True
        self._is_other = False

    async def ready(self) -> None:
        """Return when the chip is awake. Raises OSError when the reader is gone."""
        if not self._is_awake:
            await self._ask_chip(pn532.is_gone)

    async def wait_card(self) -> Pn532Card:
        """Wait until a card is in the field and return it.

        Raises OSError when the reader is gone, CardError while several cards are in the field.
        """
        looks = 0
        while True:
            # Looking by itself, the chip has looked as often when it answers.
            looks += LOOKS_A_OTHER if self._is_auto else 1
            target = await self._ask_chip(pn532.auto_poll if self._is_auto else pn532.poll)
            self._is_other = False
            if target is None and looks % LOOKS_A_OTHER == 0:
                target = await self._other()
            if target is not None:
                return Pn532Card(self, target.uid, target.ats)
            if not self._is_auto:
                await pause_ms(LOOK_PAUSE_MS)

    async def wait_removed(self) -> None:
        """Wait until no card is in the field. Raises OSError when the reader is gone."""
        while not await self._ask_chip(pn532.is_gone, self._is_other):
            await pause_ms(LOOK_PAUSE_MS)

    async def ask(self, dialogue: "Any") -> "Any":
        """Carry a dialogue to the chip and return its result. Raises OSError with what the dialogue says."""
        try:
            return await self._carry(dialogue)
        except pn532.SeveralCards:
            raise
        except CardError as error:
            raise OSError(errno.EIO, str(error))

    async def _other(self) -> "pn532.Target | None":
        """Look for a card of another type; a chip that cannot is not asked again."""
        if not self._knows_others:
            return None
        try:
            target = await self.ask(pn532.poll_others())
        except OSError:
            self._knows_others = False
            return None
        if target is not None:
            # A card of type A that came meanwhile is the one that is meant.
            late = await self._ask_chip(pn532.poll)
            self._is_other = late is None
            target = late or target
        return target

    async def _ask_chip(self, make: "Callable[..., Any]", *arguments: "Any") -> "Any":
        """Carry a dialogue to the chip; one that hangs is woken and asked once more."""
        if self._is_busy:
            self._is_awake = self._is_busy = False
        try:
            return await self._ask_awake(make(*arguments))
        except OSError:
            self._is_awake = False
        try:
            return await self._ask_awake(make(*arguments))
        except OSError:
            self._is_awake = False
            raise

    async def _ask_awake(self, dialogue: "Any") -> "Any":
        if not self._is_awake:
            await self.ask(pn532.wake())
            self._is_awake = True
        return await self.ask(dialogue)

    async def _carry(self, dialogue: "Any") -> "Any":
        event = None
        self._is_busy = True
        while True:
            try:
                frame, timeout_ms = dialogue.send(event)
            except StopIteration as done:
                self._is_busy = False
                return done.value
            except CardError:
                self._is_busy = False
                raise
            self._port.read_now()
            self._decoder = pn532.Decoder()
            self._port.write(frame)
            event = await self._answer(timeout_ms)

    async def _answer(self, timeout_ms: int) -> "tuple | None":
        """Return what ends the wait: a response, an error frame, or None when the time passed."""
        began_ms = now_ms()
        while True:
            left_ms = timeout_ms - between_ms(began_ms, now_ms())
            received = await self._port.read(READ_BYTES, left_ms) if left_ms > 0 else b""
            if not received:
                return None
            for event in self._decoder.feed(received):
                if event[0] in ("response", "error"):
                    answer: tuple = event
                    return answer
