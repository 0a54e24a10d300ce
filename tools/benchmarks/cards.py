"""Measures our card port behind the PC/SC daemon: against a bare loop, and from the event to the UID.

It does not know what the commands mean.
"""

import asyncio
import importlib.util
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.bench.wires import Wires
from emulator.errors import BenchError
from emulator.models.cards import DesfireCard
from emulator.models.meter import Meter
from tools.benchmarks.measuring import CannotRun, Figures, compare, timed

# As many and as long as a DESFire or bank card is asked before its identity is known.
COMMANDS = [
    bytes.fromhex(text)
    for text in (
        "FFCA000000",
        "00A404000E325041592E5359532E444446303100",
        "00A4040007A000000004101000",
        "80A8000002830000",
        "00B2010C00",
        "00B2011400",
    )
]
UID = bytes.fromhex("04A1B2C3D4E580")
READS, QUICK_READS = 40, 10
TAPS, QUICK_TAPS = 40, 10
PERCENTILE = 0.95


def read(is_quick: bool) -> Figures:
    """Compare six commands through our port with the same commands in a bare loop."""
    from smartcard import scard

    reads = QUICK_READS if is_quick else READS
    with virtual_reader() as wires, asyncio.Runner() as runner:
        wires.insert(DesfireCard(UID))
        reader = open_reader()
        card = runner.run(reader.wait_card())
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _, names = scard.SCardListReaders(context, [])
        _, handle, _ = scard.SCardConnect(
            context, names[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1
        )
        plain = [list(command) for command in COMMANDS]

        def conversation() -> Generator[bytes, bytes, None]:
            # A list takes no answers: it cannot be yielded from.
            for command in COMMANDS:  # noqa: UP028
                yield command

        async def dialogue() -> float:
            began_s = time.perf_counter()
            await card.converse(conversation())
            return time.perf_counter() - began_s

        def bare() -> None:
            for command in plain:
                scard.SCardTransmit(handle, scard.SCARD_PCI_T1, command)

        try:
            return compare(lambda: runner.run(dialogue()), timed(bare), reads, is_quick)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
            scard.SCardReleaseContext(context)
            reader.close()


def tap_to_uid(is_quick: bool) -> Figures:
    """Return the 95th percentile of the milliseconds from the daemon's event to the UID in our hands."""
    with virtual_reader() as wires, asyncio.Runner() as runner:
        reader = open_reader()
        waits_ms = [runner.run(_tap(wires, reader)) for _ in range(QUICK_TAPS if is_quick else TAPS)]
        reader.close()
    waits_ms.sort()
    at = waits_ms[min(len(waits_ms) - 1, int(PERCENTILE * len(waits_ms)))]
    return Figures(at, waits_ms[0], waits_ms[-1], len(waits_ms))


async def _tap(wires: Wires, reader: Any) -> float:
    """Tap once; a second watcher of the same daemon says when its event came."""
    watch = Watch()
    loop = asyncio.get_running_loop()
    inserting = loop.run_in_executor(None, wires.insert, DesfireCard(UID))
    card = await reader.wait_card()
    uid_s = time.perf_counter()
    await inserting
    if card.uid != UID:
        raise CannotRun("the reader gave another UID")
    await loop.run_in_executor(None, wires.remove)
    await reader.wait_removed()
    return max(0.0, (uid_s - await loop.run_in_executor(None, watch.event_s)) * 1000)


class Watch:
    """A thread that waits for the reader to hold a card and notes when the daemon said so."""

    def __init__(self) -> None:
        self._event_s = 0.0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._ready.wait()

    def event_s(self) -> float:
        """Return when the event came."""
        self._thread.join()
        return self._event_s

    def _run(self) -> None:
        from smartcard import scard

        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _, names = scard.SCardListReaders(context, [])
        _, states = scard.SCardGetStatusChange(context, 0, [(names[0], scard.SCARD_STATE_UNAWARE)])
        self._ready.set()
        while not states[0][1] & scard.SCARD_STATE_PRESENT:
            known = states[0][1] & ~scard.SCARD_STATE_CHANGED
            _, states = scard.SCardGetStatusChange(context, scard.INFINITE, [(names[0], known)])
        self._event_s = time.perf_counter()
        scard.SCardReleaseContext(context)


def open_reader() -> Any:
    """Return our port to the daemon's first reader."""
    from hal.linux.reader import open_pcsc

    return open_pcsc("")


@contextmanager
def virtual_reader() -> Iterator[Wires]:
    """Give a card's side of the daemon's virtual reader. Raises CannotRun without one."""
    if importlib.util.find_spec("smartcard") is None:
        raise CannotRun("the package pyscard is not installed")
    try:
        wires = Wires(Meter("eastron-sdm630", "1", 0), 1, lambda: None, "pcsc", "none")
    except BenchError as error:
        raise CannotRun(str(error)) from error
    try:
        yield wires
    finally:
        wires.close()
