"""The PN532 reader chip: its frames (UM0701-02, 6.2) and what a terminal says to it (7).

It does not know the wire: a dialogue is a generator that yields (bytes to send, timeout_ms) and is sent the
event that ended the wait, ("response", bytes) or ("error",), or None when the time passed. An ACK ends none.
"""

from ..errors import CardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Dialogue = Generator[tuple, "tuple | None", Any]

ACK = b"\x00\x00\xff\x00\xff\x00"
NACK = b"\x00\x00\xff\xff\x00\x00"
ERROR = b"\x00\x00\xff\x01\xff\x7f\x81\x00"

TO_CHIP = 0xD4
FROM_CHIP = 0xD5
ERROR_BODY = b"\x7f"

# Direction byte, command byte and 263 bytes of parameters: a target's number, 262 bytes for the card (7.3.8).
MAX_BODY = 265
MAX_PART = 262
# More than any card of ours says at once.
MAX_RESPONSE = 8194

# On a serial line the first byte wakes the chip, which needs the time of the others to start its clock
# (7.2.11); the ACK that follows ends a command that may still run.
WAKE_UP = b"\x55\x55" + bytes(14) + ACK

GET_FIRMWARE_VERSION = b"\x02"
SAM_CONFIGURATION = b"\x14\x01\x00\x00"  # normal mode, no security module
RF_CONFIGURATION = b"\x32\x05\xff\x01\x02"  # MaxRetries: look twice more for a card, then say there is none
LIST_PASSIVE_TARGET = b"\x4a\x02\x00"  # 106 kbit/s type A; two, for two at once are one too many
LIST_ONE_TARGET = b"\x4a\x01\x00"  # what some copies of the chip know alone
# One card of type B (any application), or of FeliCa (any system).
LIST_OTHERS = (b"\x4a\x01\x03\x00", b"\x4a\x01\x01\x00\xff\xff\x01\x00")
# InAutoPoll (7.3.13): so many looks, a pause of 150 ms behind each, for cards of type A at 106 kbit/s.
AUTO_POLL = b"\x60\x04\x01\x00"
DATA_EXCHANGE = 0x40
TARGET = 1

COMMAND_TIMEOUT_MS = 100
POLL_TIMEOUT_MS = 1000
CARD_TIMEOUT_MS = 5000

# 7.1, table 16: what went wrong between chip and card.
STATUS_OK = 0x00
STATUS_TIMEOUT = 0x01
STATUS_WRONG_CONTEXT = 0x27
STATUS_CARD_GONE = 0x2B
STATUS_MASK = 0x3F
STATUS_MORE = 0x40


class SeveralCards(CardError):
    """More than one card is in the field: nobody can say which of them is meant."""


class Target:
    """A card in the field: `uid` (empty for one that is not of type A), `sens_res` (ATQA, 2 bytes), `sel_res`
    (SAK), `ats` (or empty).
    """

    __slots__ = ("ats", "sel_res", "sens_res", "uid")

    def __init__(self, uid: bytes, sens_res: bytes, sel_res: int, ats: bytes):
        self.uid, self.sens_res, self.sel_res, self.ats = uid, sens_res, sel_res, ats


def frame(command: bytes, direction: int = TO_CHIP) -> bytes:
    """Return the frame that carries a command, extended where needed. Raises CardError for a long one."""
    body = bytes((direction,)) + command
    size = len(body)
    if not 2 <= size <= MAX_BODY:
        raise CardError("a PN532 command has 1 to %d bytes, not %d" % (MAX_BODY - 1, len(command)))
    if size < 256:
        head = bytes((0, 0, 0xFF, size, -size & 0xFF))
    else:
        head = bytes((0, 0, 0xFF, 0xFF, 0xFF, size >> 8, size & 0xFF, -((size >> 8) + size) & 0xFF))
    return head + body + bytes((-sum(body) & 0xFF, 0))


class Decoder:
    """Finds frames in what comes over the line; what is damaged, or between frames, it skips."""

    __slots__ = ("_direction", "_pending")

    def __init__(self, direction: int = FROM_CHIP):
        self._direction = direction
        self._pending = b""

    def feed(self, received: bytes) -> "list[tuple]":
        """Return what these bytes complete: ("ack",), ("nack",), ("error",), ("response", bytes)."""
        self._pending += received
        events: "list[tuple]" = []
        while True:
            start = self._pending.find(b"\x00\xff")
            if start < 0:
                # A last zero may be half of the next start code.
                self._pending = self._pending[-1:]
                return events
            self._pending = self._pending[start:]
            measured = self._measure()
            if measured is None:
                return events
            size, event = measured
            self._pending = self._pending[size:]
            if event:
                events.append(event)

    def _measure(self) -> "tuple | None":
        """Return (bytes to take, event or None) at a start code; None while bytes are missing."""
        pending = self._pending
        if len(pending) < 4:
            return None
        size, check, body_at = pending[2], pending[3], 4
        if size == 0x00 and check == 0xFF:
            return 4, ("ack",)
        if size == 0xFF and check == 0x00:
            return 4, ("nack",)
        if size == 0xFF and check == 0xFF:
            if len(pending) < 7:
                return None
            size, check, body_at = pending[4] << 8 | pending[5], pending[4] + pending[6], 7
        if (size + check) & 0xFF or not 1 <= size <= MAX_BODY:
            return 1, None
        end = body_at + size + 1
        if len(pending) < end:
            return None
        if sum(pending[body_at:end]) & 0xFF:
            return 1, None
        body = pending[body_at : end - 1]
        if body == ERROR_BODY:
            return end, ("error",)
        if body[0] != self._direction or size < 2:
            return end, None
        return end, ("response", body[1:])


def wake() -> "Dialogue":
    """Wake the chip, make it a reader that answers at once, and return its firmware version, as "1.6"."""
    yield from _ask("SAMConfiguration", SAM_CONFIGURATION, COMMAND_TIMEOUT_MS, 0, WAKE_UP)
    version = yield from _ask("GetFirmwareVersion", GET_FIRMWARE_VERSION, COMMAND_TIMEOUT_MS, 4)
    if version[0] != 0x32:
        raise CardError("the reader says it is a PN5%02X; connect a PN532" % version[0])
    yield from _ask("RFConfiguration", RF_CONFIGURATION, COMMAND_TIMEOUT_MS, 0)
    return "%d.%d" % (version[1], version[2])


def poll() -> "Dialogue":
    """Look for a card of type A at 106 kbit/s; return a Target, or None when none is in the field.

    Raises SeveralCards, and CardError for an answer that is none.
    """
    event = yield frame(LIST_PASSIVE_TARGET), POLL_TIMEOUT_MS
    if event == ("error",):
        event = yield frame(LIST_ONE_TARGET), POLL_TIMEOUT_MS
    found = _answer("InListPassiveTarget", LIST_PASSIVE_TARGET, event, POLL_TIMEOUT_MS, None)
    if found == b"\x00":
        return None
    if found[:1] == b"\x02" and len(found) > 6:
        raise SeveralCards("several cards are at the reader at once; hold up one alone")
    return _target(found)


def auto_poll() -> "Dialogue":
    """Have the chip look by itself for a card of type A; return a Target, or None after 0.6 s without one.

    Raises SeveralCards, and CardError for an answer that is none.
    """
    found = yield from _ask("InAutoPoll", AUTO_POLL, POLL_TIMEOUT_MS, None)
    if found == b"\x00":
        return None
    if found[:1] == b"\x02" and len(found) > 6:
        raise SeveralCards("several cards are at the reader at once; hold up one alone")
    # Behind the count stand kind and length, then what a list says of a card.
    if len(found) < 3 or found[2] != len(found) - 3:
        raise CardError("the PN532 found a card and described it by %d bytes that are none" % len(found))
    return _target(found[:1] + found[3:])


def poll_others() -> "Dialogue":
    """Look for a card of type B, and for FeliCa; return a Target with nothing in it, or None."""
    for command in LIST_OTHERS:
        found = yield from _ask("InListPassiveTarget", command, POLL_TIMEOUT_MS, None)
        if found != b"\x00":
            return Target(b"", b"", 0, b"")
    return None


def is_gone(is_other: bool = False) -> "Dialogue":
    """Return whether no card (or none of another type) is in the field: two polls in a row found none, since
    a card may miss one.
    """
    for _ in range(2):
        try:
            target = yield from poll_others() if is_other else poll()
        except SeveralCards:
            return False
        if target is not None:
            return False
    return True


def exchange(apdu: bytes) -> "Dialogue":
    """Send a command APDU to the card that the last poll found and return its response. Raises CardError.

    What is longer than a frame goes in parts, in both directions: MI, more information (7.3.8).
    """
    response, status = b"", STATUS_MORE
    while apdu or status & STATUS_MORE:
        part, apdu = apdu[:MAX_PART], apdu[MAX_PART:]
        head = bytes((DATA_EXCHANGE, TARGET | STATUS_MORE if apdu else TARGET))
        answer = yield from _ask("InDataExchange", head + part, CARD_TIMEOUT_MS, None)
        status = answer[0] if answer else STATUS_TIMEOUT
        if status & STATUS_MASK != STATUS_OK:
            told = status & STATUS_MASK
            raise CardError("the card did not answer (PN532 status %02X); hold it still on the reader" % told)
        response += answer[1:]
        if status & STATUS_MORE and (len(answer) == 1 or len(response) > MAX_RESPONSE):
            raise CardError(
                "the card has more and more to say, or nothing where it said more; use another card"
            )
    return response


def _ask(name: str, command: bytes, timeout_ms: int, size: "int | None", before: bytes = b"") -> "Dialogue":
    """Send a command and return its answer after the response code, of that size where one is given."""
    event = yield before + frame(command), timeout_ms
    return _answer(name, command, event, timeout_ms, size)


def _answer(name: str, command: bytes, event: "tuple | None", timeout_ms: int, size: "int | None") -> bytes:
    """Return what an event holds after the response code. Raises CardError for what is no answer."""
    if event is None:
        raise CardError(
            "the PN532 did not answer %s in %d ms; check its wiring and power" % (name, timeout_ms)
        )
    if event[0] != "response":
        raise CardError("the PN532 does not know %s as it was sent (error frame)" % name)
    if event[1][0] != command[0] + 1:
        raise CardError("the PN532 answered %s with response %02X; wake it again" % (name, event[1][0]))
    answer: bytes = event[1][1:]
    if size is not None and len(answer) != size:
        raise CardError("the PN532 answered %s with %d bytes, not %d" % (name, len(answer), size))
    return answer


def _target(found: bytes) -> Target:
    """Return the card in a list (7.3.5): count, number, SENS_RES, SEL_RES, UID with length, ATS."""
    if len(found) < 6 or found[0] != 1 or found[1] != 1:
        raise CardError("the PN532 was asked for one card and answered %d bytes that are none" % len(found))
    ats_at = 6 + found[5]
    uid, ats = found[6:ats_at], found[ats_at:]
    if len(uid) != found[5] or (ats and ats[0] != len(ats)):
        raise CardError(
            "the PN532 described a card of %d bytes that do not add up; hold it still" % len(found)
        )
    return Target(uid, found[2:4], found[4], ats)
