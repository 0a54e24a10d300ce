"""The contracts between the firmware and a board, for people, for the type checker and for the boards' test.

They do not know any board. An adapter raises `OSError` for bad weather (a wire, a network, a full disk) and
`BoardError` for a lie or a missing thing; it never substitutes. Every time-out of a wire is real time, also
where a board's clock is scaled.
"""

from hal.board import Board as Board  # noqa: PLC0414 - whoever types against the ports finds it here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Generator, Iterator
    from typing import Any, Protocol
else:
    Protocol = object


class Clock(Protocol):
    """Time: wall time that may be unknown, and ticks that wrap (compare with `elapsed_ms` alone)."""

    def utc_s(self) -> "int | None":
        """Return seconds since 1970-01-01T00:00:00Z, or None while the time is not known."""

    def status(self) -> str:
        """Return `synchronised`, `estimated` or `unset`, as records carry it."""

    def ticks_ms(self) -> int:
        """Return a tick count in milliseconds that wraps at a power of two."""

    def elapsed_ms(self, since_ms: int) -> int:
        """Return the milliseconds from an earlier `ticks_ms()` to now, right across one wrap."""

    def sleep_ms(self, duration_ms: int) -> "Awaitable[None]":
        """Let other tasks run for so long."""

    def set_utc(self, utc_s: int) -> None:
        """Take a time that the operator signed; from then on the status is `synchronised`."""


class Event(Protocol):
    """A flag that one task waits for and another sets; it stays set until it is cleared."""

    def set(self) -> None:
        """Wake whoever waits."""

    def clear(self) -> None:
        """Lower the flag."""

    async def wait_ms(self, timeout_ms: "int | None" = None) -> bool:
        """Wait for the flag, for ever or so long (in the board's time); return whether it is set."""


class Task(Protocol):
    """A running coroutine."""

    def cancel(self) -> object:
        """Stop it at the point where it waits."""

    def done(self) -> bool:
        """Return whether it has ended."""


class Tasks(Protocol):
    """The scheduler: asyncio on a board, virtual time in the simulation. The firmware imports neither."""

    def spawn(self, coroutine: "Coroutine[Any, Any, None]") -> Task:
        """Run a coroutine beside the others. It must not raise: the supervisor wraps the terminal's."""

    def event(self) -> Event:
        """Make a flag."""


class Pieces(Protocol):
    """Bytes of which one piece at a time is held."""

    def __len__(self) -> int:
        """Return how many bytes they are together."""

    def __iter__(self) -> "Iterator[bytes]":
        """Yield them in order."""


class Storage(Protocol):
    """Named blobs that survive a power cut. Names match `[a-z0-9.-]{1,40}`.

    What is appended or put in place ends with another byte than NUL: a board may keep room of NULs behind it.
    """

    def size(self, name: str) -> int:
        """Return the bytes of a blob, 0 where there is none."""

    def read(self, name: str, offset: int = 0, count: "int | None" = None) -> bytes:
        """Return up to `count` bytes from `offset`, the rest where None; empty where there is nothing.

        Raises OSError: EIO where the medium does not give them back (firmware.ledger.readable).
        """

    def append(self, name: str, content: "bytes | Pieces") -> None:
        """Add bytes at the end of a blob, made where missing; durable on return. Pieces have a length, yield
        bytes as often as asked, and are added all at once.

        Raises OSError (ENOSPC when full), and then the blob is as it was.
        """

    def replace(self, name: str, content: "bytes | Pieces") -> None:
        """Make a blob hold just these bytes: after a cut it holds the old or the new ones, whole."""

    def names(self) -> "Iterator[str]":
        """Yield the names of all blobs, in no particular order, and hold none of them.

        What is made or removed on the way may be among them or not.
        """

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens where there is none."""

    def rename(self, name: str, other: str) -> None:
        """Give a blob another name, all at once and durable on return. Raises OSError: EEXIST where a blob
        has that name already, which is never overwritten, ENOENT where there is none to be renamed.
        """

    def free_bytes(self) -> int:
        """Return how many bytes can still be written."""


class MeterBus(Protocol):
    """The line to the energy meter: it owns direction, silent interval and idle gap, and no register."""

    # How many bytes of its answer the last request brought.
    received: int

    def transact(self, request: bytes, answer: bytearray, timeout_ms: int) -> "Awaitable[None]":
        """Send a request when it is awaited, and put what came back into `answer`, which is as long as what
        is hoped for. `received` bytes of it count then: all, fewer after the time-out or where the meter
        refused (an exception response), 0 for silence.

        Nothing new is handed over, for that is garbage on a small board: whoever asks has room for it.
        `timeout_ms` is how long the meter may think: the time that the bytes take on the line comes on top.
        Stale bytes that lay on the line before are thrown away. Raises OSError when the port itself is gone.
        """


class Card(Protocol):
    """A card in the field. One that is there and does not answer raises OSError, whatever it is asked."""

    @property
    def uid(self) -> bytes:
        """Return its UID, most significant byte first, empty without one."""

    @property
    def atr(self) -> bytes:
        """Return its answer to reset, as the reader tells it, empty without one."""

    async def transmit(self, apdu: bytes) -> bytes:
        """Send a command APDU, return the response with its status word. Raises OSError: the card is gone."""

    async def converse(self, dialogue: "Generator[bytes, bytes, Any]") -> "Any":
        """Carry a whole dialogue, which yields commands and is sent responses; return what it returns.

        Raises OSError, and what the dialogue raises. One hand-over to the card's thread for all of it.
        """


class CardReader(Protocol):
    """Where cards are held to the charger."""

    async def ready(self) -> None:
        """Return when the reader is there. Raises OSError when it is gone."""

    async def wait_card(self) -> Card:
        """Wait until a card is in the field and return it.

        Raises OSError when the reader is gone, and CardError where it can tell that several cards are there.
        """

    async def wait_removed(self) -> None:
        """Wait until no card is in the field. Raises OSError when the reader is gone."""


class Contactor(Protocol):
    """The power relay of the outlet."""

    def close(self) -> None:
        """Command it closed: power flows."""

    def open(self) -> None:
        """Command it open."""

    def is_closed(self) -> bool:
        """Return what its auxiliary contact says, not what was commanded."""


class Plug(Protocol):
    """The control pilot of the outlet."""

    def state(self) -> str:
        """Return IEC 61851-1's: `A` no vehicle, `B` connected, `C`/`D` asks for power, `E`/`F` fault."""

    async def wait_change(self, known_state: str) -> str:
        """Wait until the state is another than the known one and return it."""


class Panel(Protocol):
    """What the driver sees, hears and presses."""

    def show(self, screen: dict) -> None:
        """Show a screen of `firmware.screens`: `{"id": str, "lines": [str, …], "language": str, …}`."""

    def signal(self, kind: str) -> None:
        """Sound or light: `accepted`, `refused`, `attention`."""

    async def wait_button(self) -> str:
        """Wait for a press and return `stop` or `language`."""


class Signer(Protocol):
    """The terminal's key, which never leaves it: a file, the chip's store, or a secure element on a bus."""

    def public_key(self) -> bytes:
        """Return X and Y of the P-256 point, 64 bytes."""

    async def sign(self, digest: bytes) -> bytes:
        """Return r and s (64 bytes) of the signature over a SHA-256 digest (32 bytes).

        Its k follows RFC 6979, or a secure element draws it. Raises OSError: the element does not answer.
        """


class KeptSigner(Signer, Protocol):
    """A signer beside whose key another one can wait to take its place: what a board has."""

    def successor(self, make: bool) -> "KeptSigner | None":
        """Return the key that waits, as durable as this one; None where there is none.

        With `make` one is made where none waits. Asked for only when a key changes, or when the power went
        while it did. Raises OSError, and BoardError where the store is damaged or takes no second key.
        """

    def adopt(self) -> None:
        """Let the key that waits take this one's place, and destroy this one.

        After a cut it is still waiting, or in its place. Raises OSError.
        """


class Entropy(Protocol):
    """Randomness of the hardware."""

    def random(self, count: int) -> bytes:
        """Return so many random bytes, or raise BoardError; never a substitute."""


class Stream(Protocol):
    """A connection."""

    async def write(self, content: bytes, timeout_ms: int) -> None:
        """Send all of it. Raises OSError, ETIMEDOUT where the other side takes nothing; then only `close`
        is left, for nobody knows how much of it arrived.
        """

    async def read(self, limit: int, timeout_ms: int) -> bytes:
        """Return what is there, 1 to `limit` bytes; empty at the end. Raises OSError(ETIMEDOUT)."""

    def close(self) -> None:
        """End it; closing twice is fine."""


class Network(Protocol):
    """The way to the back office."""

    async def connect(self, host: str, port: int, ca: "bytes | None", timeout_ms: int) -> Stream:
        """Open a connection; with `ca` (PEM) over TLS, name and chain verified. Raises OSError.

        A refused connection or certificate may show as late as at the first `write`; nothing was sent then.
        """


class Watchdog(Protocol):
    """What restarts a terminal that hangs."""

    def feed(self) -> None:
        """Say that the terminal lives."""

    def pace_ms(self) -> "int | None":
        """Return how often it has to be fed at the least, well before it bites; None: it never does."""
