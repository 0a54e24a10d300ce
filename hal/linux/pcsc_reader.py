"""A card reader behind the PC/SC daemon: a thread waits in its library, so that the event loop never does.

It does not know cards. A reader or a daemon that goes away, or hangs, is an OSError to whoever waits; the
next wait looks for it again.

The library has one lock for the whole process, and a call that waits for a context, in which another call
hangs, waits with it (pcsc-lite, SCardGetContextAndChannelFromHandleTH). So no call is made on the event loop,
and what concerns a card is left to the one thread that may hang with it.
"""

import asyncio
import contextlib
import errno
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from smartcard import scard

from firmware.errors import BoardError
from hal.linux import usb_power

# PC/SC part 3, 3.2.2.1.3: the reader itself answers with the card's UID.
GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]
STATUS_OK = [0x90, 0x00]
COUNTER_SHIFT = 16
# So long a card may take for one command: twice the longest frame waiting time (ISO/IEC 14443-4, 7.2).
HANG_S = 10.0
# PC/SC part 3, 3.1.4: where the reader is connected; the upper half is the kind, 0020 for USB.
CHANNEL_ID = 0x20110
USB_CHANNEL = 0x0020

_Future = asyncio.Future[Any]
_Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop | None, _Future | None]


class PcscCard:
    """A card in the field; `uid` is empty where the reader cannot tell one, as with contact cards."""

    def __init__(self, worker: "_Worker", handle: Any, protocol: int, atr: bytes) -> None:
        self._worker = worker
        self._handle = handle
        self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self.atr = atr
        self.uid = b""

    async def transmit(self, apdu: bytes) -> bytes:
        """Send a command APDU, return the response with its status word. Raises OSError: the card is gone."""
        return bytes(await self._worker.run(lambda: self.exchange(list(apdu))))

    async def converse(self, dialogue: Generator[bytes, bytes, Any]) -> Any:
        """Carry a whole dialogue on the card's thread: one hand-over for all of it. Raises OSError."""
        return await self._worker.run(lambda: self._carry(dialogue))

    def _carry(self, dialogue: Generator[bytes, bytes, Any]) -> Any:
        # StopIteration cannot cross from a thread into a coroutine: it ends here.
        try:
            command = next(dialogue)
            while True:
                command = dialogue.send(bytes(self.exchange(list(command))))
        except StopIteration as end:
            return end.value

    def exchange(self, apdu: list[int]) -> list[int]:
        """Do the same at once, on a thread that may wait. Raises OSError."""
        self._worker.begin()
        result, response = scard.SCardTransmit(self._handle, self._protocol, apdu)
        _check(result, "the card does not answer")
        # Some drivers call it a success that a card was pulled away before it said anything.
        if not response:
            raise _mute()
        return list(response)

    def leave(self) -> None:
        """Give the card back to the daemon."""
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)


class MuteCard:
    """A card that is there and does not answer, as one that is held badly: each question is an OSError."""

    @property
    def uid(self) -> bytes:
        """Raise OSError."""
        raise _mute()

    @property
    def atr(self) -> bytes:
        """Raise OSError."""
        raise _mute()

    async def transmit(self, _apdu: bytes) -> bytes:
        """Raise OSError."""
        raise _mute()

    async def converse(self, _dialogue: Generator[bytes, bytes, Any]) -> Any:
        """Raise OSError."""
        raise _mute()

    def leave(self) -> None:
        """Do nothing: nobody is connected to it."""


AnyCard = PcscCard | MuteCard


def _mute() -> OSError:
    return OSError(errno.EIO, "the card does not answer; hold it still and flat on the reader")


class _Worker:
    """The thread that carries APDUs, which can be left behind where it hangs."""

    def __init__(self, on_hang: Callable[[], Awaitable[OSError]]) -> None:
        self._on_hang = on_hang
        self._began_s = 0.0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        # A daemon, unlike those of an executor: one that hangs must not keep the process from ending.
        threading.Thread(target=self._serve, name="card", daemon=True).start()

    def begin(self) -> None:
        """Note that a command goes out now."""
        self._began_s = time.monotonic()

    async def run(self, job: Callable[[], Any]) -> Any:
        """Do a job on the thread. Raises what it raises, and OSError where one of its commands hangs."""
        self.begin()
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._jobs.put((job, loop, future))
        left_s = HANG_S
        while left_s > 0:
            await asyncio.wait({future}, timeout=left_s)
            if future.done():
                return future.result()
            # A dialogue has many commands: what counts is the one that is on its way.
            left_s = self._began_s + HANG_S - time.monotonic()
        # What the thread says later is said to nobody.
        future.cancel()
        raise await self._on_hang()

    def later(self, job: Callable[[], Any]) -> None:
        """Do a job after those that are waiting, for nobody; never, where one of them hangs."""
        self._jobs.put((job, None, None))

    def close(self) -> None:
        """Take no more jobs; one that hangs is left behind."""
        self._jobs.put(None)

    def _serve(self) -> None:
        for job, loop, future in iter(self._jobs.get, None):
            if loop is None or future is None:
                job()
                continue
            try:
                told = (future.set_result, job())
            except Exception as error:  # Whatever it is, it belongs to whoever waits.
                told = (future.set_exception, error)
            # The loop may have ended before this thread did.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, future, *told)


def _tell(future: "asyncio.Future[Any]", say: Callable[[Any], None], what: Any) -> None:
    if not future.done():
        say(what)


class PcscReader:
    """The reader port over PC/SC: one thread watches the reader, another carries APDUs."""

    def __init__(self, name: str) -> None:
        """Find the reader. Raises BoardError where no daemon runs or no reader has the name in its own."""
        self._name = name
        self._worker = _Worker(self._hung)
        self._watch: _Watch | None = None
        self._changed = asyncio.Event()
        self._card: AnyCard | None = None
        self._given: AnyCard | None = None
        self._fault: OSError | None = None
        try:
            scard.SCardReleaseContext(_find(name)[0])
        except OSError as error:
            raise BoardError(f"reader pcsc: {error.strerror}")

    async def ready(self) -> None:
        """Return when the reader is watched. Raises OSError when it is gone, or hangs still."""
        self._raise_fault()
        watch = await self._ensure_watch()
        while not watch.is_up:
            await self._next_change()

    async def wait_card(self) -> AnyCard:
        """Wait until a card is in the field and return it. Raises OSError when the reader is gone."""
        await self._ensure_watch()
        while self._card is None:
            await self._next_change()
        self._given = self._card
        return self._card

    async def wait_removed(self) -> None:
        """Wait until the card that was given is out of the field. Raises OSError when the reader is gone."""
        self._raise_fault()
        await self._ensure_watch()
        while self._card is not None and self._card is self._given:
            await self._next_change()

    def close(self) -> None:
        """Stop watching."""
        self._end_watch()
        self._worker.close()

    async def _ensure_watch(self) -> "_Watch":
        if self._watch is None:
            self._card, self._fault = None, None
            found = await self._worker.run(lambda: (*_find(self._name), _establish()))
            self._watch = _Watch(found, self._worker, asyncio.get_running_loop(), self._take)
        return self._watch

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.end()
            self._watch = None

    async def _next_change(self) -> None:
        self._changed.clear()
        while not self._changed.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), HANG_S)
            if self._watch is not None and self._watch.hangs():
                await self._hung()
                break
        self._raise_fault()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            self._watch, fault = None, self._fault
            self._fault = None
            raise fault

    def _take(self, watch: "_Watch", card: AnyCard | None, fault: OSError | None) -> None:
        """Hear from a watching thread, on the event loop; one that was ended counts no more."""
        if watch is self._watch:
            self._card, self._fault = card, fault
            self._changed.set()

    async def _hung(self) -> OSError:
        """Give a reader that hangs its power anew, and begin with it anew; return what to tell."""
        said = f"the reader hangs: no answer in {HANG_S:g} s"
        channel = self._watch.channel if self._watch else None
        try:
            if channel is None:
                raise OSError(errno.ENOTSUP, "it is no USB device that is known; unplug it and plug it in")
            said = f"{said}; {await asyncio.to_thread(usb_power.power_cycle, *channel)}"
        except OSError as error:
            said = f"{said}; {error.strerror}"
        self._worker.close()
        self._worker = _Worker(self._hung)
        self._end_watch()
        self._fault = OSError(errno.ETIMEDOUT, said)
        return self._fault


class _Watch:
    """The thread that waits for the reader to change; it tells of a card when it has read the UID.

    `channel` is bus and address of a reader on USB, else None; `is_up` tells that it has answered.
    """

    def __init__(
        self, found: tuple[Any, str, Any], worker: _Worker, loop: asyncio.AbstractEventLoop, tell: Any
    ) -> None:
        # A context serves one call at a time, and the first spends its life in SCardGetStatusChange.
        self._context, self._reader, self._card_context = found
        self._worker, self._loop, self._tell = worker, loop, tell
        self._card: AnyCard | None = None
        self._has_ended = False
        # When the reader, or a card for its UID, was asked that has not answered yet.
        self._asked_s: float | None = time.monotonic()
        self.is_up = False
        self.channel: tuple[int, int] | None = None
        threading.Thread(target=self._run, name="reader", daemon=True).start()

    def end(self) -> None:
        """End the thread, at the next change at the latest."""
        self._has_ended = True
        threading.Thread(target=scard.SCardCancel, args=(self._context,), daemon=True).start()

    def hangs(self) -> bool:
        """Return whether the reader, or a card for its UID, has been asked for too long."""
        asked_s = self._asked_s
        return asked_s is not None and time.monotonic() - asked_s >= HANG_S

    def _run(self) -> None:
        self.channel = _usb_address(self._card_context, self._reader)
        self._asked_s = None
        try:
            self._watch_reader()
        except OSError as error:
            self._drop()
            self._say(None, error)
        self._worker.later(lambda: scard.SCardReleaseContext(self._card_context))
        scard.SCardReleaseContext(self._context)

    def _watch_reader(self) -> None:
        state, counter = scard.SCARD_STATE_UNAWARE, -1
        while not self._has_ended:
            result, states = scard.SCardGetStatusChange(
                self._context, scard.INFINITE, [(self._reader, state)]
            )
            _check(result, f"{self._reader} cannot be watched")
            _, event, atr = states[0]
            if event & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                raise OSError(errno.ENODEV, f"{self._reader} is gone; plug it in again")
            self.is_up = True
            state = event & ~scard.SCARD_STATE_CHANGED
            # The upper half counts insertions and removals: a card that was swapped in between is another.
            if event >> COUNTER_SHIFT != counter:
                counter = event >> COUNTER_SHIFT
                self._drop()
                if event & scard.SCARD_STATE_PRESENT:
                    is_mute = event & scard.SCARD_STATE_MUTE
                    self._asked_s = time.monotonic()
                    self._card = MuteCard() if is_mute else self._connect(bytes(atr))
                    self._asked_s = None
                self._say(self._card, None)

    def _connect(self, atr: bytes) -> AnyCard:
        """Return the card with its UID; one that does not answer, or is gone again, is mute."""
        result, handle, protocol = scard.SCardConnect(
            self._card_context,
            self._reader,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        if result != scard.SCARD_S_SUCCESS:
            return MuteCard()
        card = PcscCard(self._worker, handle, protocol, atr)
        try:
            response = card.exchange(GET_UID)
        except OSError:
            card.leave()
            return MuteCard()
        if response[-2:] == STATUS_OK:
            card.uid = bytes(response[:-2])
        return card

    def _drop(self) -> None:
        if self._card is not None:
            self._worker.later(self._card.leave)
            self._card = None

    def _say(self, card: AnyCard | None, fault: OSError | None) -> None:
        # The loop may have ended before this thread did.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell, self, card, fault)


def _establish() -> Any:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise OSError(errno.ENODEV, "no daemon answers; run: apt install pcscd && systemctl start pcscd")
    return context


def _find(name: str) -> tuple[Any, str]:
    """Return a context and the first reader that has the name in its own. Raises OSError."""
    context = _establish()
    _, readers = scard.SCardListReaders(context, [])
    for reader in readers or ():
        if name in reader:
            return context, str(reader)
    scard.SCardReleaseContext(context)
    if readers:
        raise OSError(errno.ENODEV, f"no reader is named {name!r}; there is: " + ", ".join(readers))
    raise OSError(errno.ENODEV, "the daemon knows no reader; plug one in, and look with pcsc_scan")


def _usb_address(context: Any, reader: str) -> tuple[int, int] | None:
    """Return bus and address of a reader on USB, by which it can be given its power anew; None of another."""
    # Direct: without a card, and beside whoever else uses the reader.
    result, handle, _protocol = scard.SCardConnect(
        context, reader, scard.SCARD_SHARE_DIRECT, scard.SCARD_PROTOCOL_UNDEFINED
    )
    if result != scard.SCARD_S_SUCCESS:
        return None
    result, told = scard.SCardGetAttrib(handle, CHANNEL_ID)
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    if result != scard.SCARD_S_SUCCESS or len(told) < 4:
        return None
    # A DWORD of the machine: DDDDCCCC, for USB bus and address in the lower half.
    number = int.from_bytes(bytes(told[:4]), "little")
    return (number >> 8 & 0xFF, number & 0xFF) if number >> 16 == USB_CHANNEL else None


def _check(result: int, what: str) -> None:
    if result != scard.SCARD_S_SUCCESS:
        raise OSError(errno.EIO, f"{what} ({scard.SCardGetErrorMessage(result)})")
