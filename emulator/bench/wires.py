"""The wires of the bench in one thread of their own: the meter's line and the reader's, real or foreign.

It does not know the story; it holds the cards that it is told to hold.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from emulator.bench import capture
from emulator.bench.meter_line import MeterLine
from emulator.bench.meter_network import MeterNetwork
from emulator.bench.pcsc_daemon import PcscDaemon
from emulator.bench.pn532_line import Pn532Line
from emulator.bench.virtual_reader import VirtualReader
from emulator.errors import BenchError
from emulator.models.cards import Card
from emulator.models.meter import Meter

# The virtual reader of the card daemon where there is one that nobody uses, else a PN532.
ANY_READER = "any"
EMULATED_READERS = ("pcsc", "pn532", ANY_READER)
# The emulated meter at the end of a serial line, or on a network.
EMULATED_METERS = {"rtu": MeterLine, "tcp": MeterNetwork}
STEP_LIMIT_S = 15.0
CLAIM_PATIENCE_S = 60.0
CLAIM = "\0kilotap-virtual-reader"
LOOK_S = 0.1
DAEMON_PID = Path("/run/pcscd/pcscd.pid")


class Wires:
    """`meter_port` and `reader` are what the terminal's configuration needs to reach them.

    A `meter_port` that is none of EMULATED_METERS, and a `reader` that is none of EMULATED_READERS, belongs
    to somebody else: nothing is emulated in its place.
    """

    def __init__(
        self,
        meter: Meter,
        unit: int,
        before_read: Callable[[], None],
        reader: str,
        meter_port: str = "rtu",
    ):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        self._thread.start()
        self._daemon: PcscDaemon | None = None
        self._claim: socket.socket | None = None
        self._captures = contextlib.ExitStack()
        self._reader: Pn532Line | VirtualReader | None = None
        self._meter: MeterLine | MeterNetwork | None = None
        self.reader = reader
        self.meter_port = meter_port
        self.is_meter_ours = meter_port in EMULATED_METERS
        self.is_reader_ours = reader in EMULATED_READERS
        try:
            if self.is_meter_ours:
                self._meter = EMULATED_METERS[meter_port](meter, unit, before_read)
                self.meter_port = self._meter.path
                self._do(self._meter.start())
            if self.is_reader_ours:
                self._open_reader()
        except BaseException:
            self.close()
            raise

    def capture(self, folder: Path, numbers: Iterable[str]) -> None:
        """Write what passes on the wires into `meter.capture` and `card.capture`; `numbers` are masked."""
        for line, name in ((self._meter, "meter.capture"), (self._reader, "card.capture")):
            if line is not None:
                file = self._captures.enter_context((folder / name).open("w", buffering=1))
                line.watch(capture.writer(file, numbers))

    def insert(self, *cards: Card) -> None:
        """Hold cards to the reader; of several the one behind PC/SC finds the first, as such readers do."""
        if isinstance(self._reader, VirtualReader):
            self._do(self._reader.insert(cards[0]))
        elif self._reader:
            self._do(self._reader.insert(*cards))

    def remove(self) -> None:
        """Take the card away."""
        if self._reader:
            self._do(self._reader.remove())

    def reader_pid(self) -> int | None:
        """Return the process id of the card daemon, or None where no daemon is between."""
        if not isinstance(self._reader, VirtualReader):
            return None
        return int(DAEMON_PID.read_text().strip("\0\n ")) if DAEMON_PID.exists() else None

    def close(self) -> None:
        """End the lines, and the card daemon where it was started for them."""
        if self._reader:
            self._do(self._reader.close())
        if self._meter:
            self._do(self._meter.close())
        if self._daemon:
            self._daemon.close()
        if self._claim:
            self._claim.close()
        self._do(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._captures.close()

    def _open_reader(self) -> None:
        if self.reader != "pn532":
            try:
                self._claim_daemon(0 if self.reader == ANY_READER else CLAIM_PATIENCE_S)
                self._reader, self.reader = VirtualReader(), "pcsc"
                return
            except BenchError:
                if self.reader != ANY_READER:
                    raise
        line = Pn532Line()
        self._reader = line
        self.reader = f"pn532:{line.path}"
        self._do(line.start())

    def _claim_daemon(self, patience_s: float) -> None:
        """Take the one virtual reader of this machine for this bench alone. Raises BenchError."""
        # A name that one process on the machine can hold, whoever's it is; it goes with the process.
        self._claim = socket.socket(socket.AF_UNIX)
        end_s = time.monotonic() + patience_s
        while not _is_claimed_now(self._claim):
            if time.monotonic() >= end_s:
                raise BenchError("another bench uses the virtual reader; end it, or take --reader pn532")
            time.sleep(LOOK_S)
        self._daemon = PcscDaemon()

    async def _end_tasks(self) -> None:
        """Cancel what libraries left running, so that the loop ends without a complaint."""
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*left, return_exceptions=True)

    def _do(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(STEP_LIMIT_S)


def _is_claimed_now(claim: socket.socket) -> bool:
    """Bind the name of the virtual reader; return whether nobody else has."""
    try:
        claim.bind(CLAIM)
    except OSError:
        return False
    return True
