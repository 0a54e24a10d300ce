"""Short command and response APDUs (ISO/IEC 7816-4, 5), and what follows from a status word.

It does not know what carries them: a dialogue is a generator that yields commands and is sent responses.
"""

from ..errors import CardError
from . import status as statuses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Dialogue = Generator[bytes, bytes, Any]

# A certificate comes in a few pieces; a card that always has more is none.
MAX_ROUNDS = 32
MAX_BYTES = 8192

MEANINGS = (
    (0x9000, "done"),
    (0x6283, "the application is blocked"),
    (0x62, "a warning, nothing changed"),
    (0x63, "a warning, something changed"),
    (statuses.SW_WRONG_LENGTH, "wrong length"),
    (0x6982, "not allowed before authentication"),
    (0x6983, "the authentication is blocked"),
    (0x6985, "conditions of use are not met"),
    (statuses.SW_FUNCTION_NOT_SUPPORTED, "function not supported"),
    (statuses.SW_FILE_NOT_FOUND, "no such application or file"),
    (0x6A83, "no such record"),
    (statuses.SW_INSTRUCTION_NOT_SUPPORTED, "instruction not supported"),
    (statuses.SW_CLASS_NOT_SUPPORTED, "class not supported"),
    (statuses.SW_MORE, "more waits"),
    (statuses.SW_OTHER_LENGTH, "ask for another length"),
)


def command(cla: int, ins: int, p1: int, p2: int, body: bytes = b"", expected: "int | None" = None) -> bytes:
    """Return a short command APDU; `expected` is the length wanted back, 256 for all, None for nothing."""
    if len(body) > 255 or (expected is not None and not 1 <= expected <= 256):
        sizes = (len(body), expected)
        raise CardError("a short APDU carries up to 255 bytes and asks for 1 to 256, not %d and %r" % sizes)
    apdu = bytes((cla, ins, p1, p2))
    if body:
        apdu += bytes((len(body),)) + body
    return apdu if expected is None else apdu + bytes((expected & 0xFF,))


def split(response: bytes) -> "tuple[bytes, int]":
    """Return body and status word of a response. Raises CardError when it has no status word."""
    if len(response) < 2:
        raise CardError("a card's response has a status word of 2 bytes, but %d bytes came" % len(response))
    return response[:-2], response[-2] << 8 | response[-1]


def exchange(command_apdu: bytes) -> "Dialogue":
    """Send a command, follow 61xx and 6Cxx, return (body, status word). Raises CardError for no response.

    A warning (62xx, 63xx) comes back with its body, as any other status word: the caller judges it.
    """
    body, status = split((yield command_apdu))
    if status >> 8 == statuses.SW_OTHER_LENGTH:
        body, status = split((yield _asking(command_apdu, status & 0xFF)))
    rounds = 0
    while status >> 8 == statuses.SW_MORE:
        rounds += 1
        if rounds > MAX_ROUNDS or len(body) > MAX_BYTES:
            raise CardError("the card has more and more to say (status %04X); use another card" % status)
        # ISO/IEC 7816-4, 11.7.1; the channel is the command's, secure messaging is not.
        more, status = split((yield command(command_apdu[0] & 0x03, 0xC0, 0, 0, b"", status & 0xFF or 256)))
        if status >> 8 == statuses.SW_OTHER_LENGTH and not more:
            status = statuses.SW_MORE << 8 | status & 0xFF
        body += more
    return body, status


def demand(command_apdu: bytes, what: str) -> "Dialogue":
    """Do the same and return the body. Raises CardError, in words for `what`, where the card refuses."""
    body, status = yield from exchange(command_apdu)
    if status != statuses.SW_OK:
        raise CardError("the card refused %s with status %04X (%s)" % (what, status, meaning(status)))
    return body


def select(name: bytes) -> "Dialogue":
    """Select an application by its name (7816-4, 11.2.2); return (its file control information, status)."""
    return (yield from exchange(command(0x00, 0xA4, 0x04, 0x00, name, 256)))


def meaning(status: int) -> str:
    """Return in words what a status word says (ISO/IEC 7816-4, 5.6)."""
    for known, words in MEANINGS:
        if known in (status, status >> 8):
            return words
    return "a status of its own"


def _asking(command_apdu: bytes, expected: int) -> bytes:
    """Return the command with another length wanted back, in place of the one that it had, if any."""
    size = len(command_apdu)
    # Behind the header comes either that length alone, or the body's with the body.
    without = 4 if size <= 5 else 5 + command_apdu[4]
    return command_apdu[:without] + bytes((expected,))


def get_uid() -> "Dialogue":
    """Ask a PC/SC reader for the UID of the card in its field. Raises CardError when it gives none."""
    response = yield statuses.GET_UID
    uid, status = split(response)
    if status == statuses.SW_FUNCTION_NOT_SUPPORTED:
        raise CardError("the reader has no UID for this card (status 6A81); hold a contactless card to it")
    if status != statuses.SW_OK:
        raise CardError("the reader refused to give the card's UID with status %04X" % status)
    return uid
