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
    from collections.abc import Generator
    from typing import Any

    from hal.common.rtu_bus import Port

# Between two looks for a card: a driver feels nothing, and the chip's field rests.
LOOK_PAUSE_MS = 50
READ_BYTES = 64


class Pn532Card:
    """A card in the chip's field; `atr` is its answer to select, empty for a plain UID card."""

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
    """The reader port over a PN532; a chip that does not answer is woken again at the next wait."""

    def __init__(self, port: "Port") -> None:
        self._port = port
        self._decoder = pn532.Decoder()
        self._is_awake = False

    async def wait_card(self) -> Pn532Card:
        """Wait until a card is in the field and return it. Raises OSError when the reader is gone."""
        await self._wake()
        while True:
            target = await self._ask_chip(pn532.poll())
            if target is not None:
                return Pn532Card(self, target.uid, target.ats)
            await pause_ms(LOOK_PAUSE_MS)

    async def wait_removed(self) -> None:
        """Wait until no card is in the field. Raises OSError when the reader is gone."""
        await self._wake()
        while not await self._ask_chip(pn532.is_gone()):
            await pause_ms(LOOK_PAUSE_MS)

    async def ask(self, dialogue: "Any") -> "Any":
        """Carry a dialogue to the chip and return its result. Raises OSError with what the dialogue says."""
        try:
            return await self._carry(dialogue)
        except CardError as error:
            raise OSError(errno.EIO, str(error))

    async def _wake(self) -> None:
        if not self._is_awake:
            await self._ask_chip(pn532.wake())
            self._is_awake = True

    async def _ask_chip(self, dialogue: "Any") -> "Any":
        try:
            return await self.ask(dialogue)
        except OSError:
            self._is_awake = False
            raise

    async def _carry(self, dialogue: "Any") -> "Any":
        event = None
        while True:
            try:
                frame, timeout_ms = dialogue.send(event)
            except StopIteration as done:
                return done.value
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
