"""Short command and response APDUs (ISO/IEC 7816-4, 5), and the one that asks a PC/SC reader for a UID.

It does not know what carries them: a dialogue is a generator that yields commands and is sent responses.
"""

from ..errors import CardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    Dialogue = Generator[bytes, bytes, bytes]

# Status words (ISO/IEC 7816-4, 5.6).
SW_OK = 0x9000
SW_WRONG_LENGTH = 0x6700
SW_FUNCTION_NOT_SUPPORTED = 0x6A81
SW_FILE_NOT_FOUND = 0x6A82
SW_INSTRUCTION_NOT_SUPPORTED = 0x6D00
SW_CLASS_NOT_SUPPORTED = 0x6E00

# PC/SC part 3, 3.2.2.1.3: Get Data, answered by the reader and not by the card.
GET_UID = b"\xff\xca\x00\x00\x00"


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


def get_uid() -> "Dialogue":
    """Ask a PC/SC reader for the UID of the card in its field. Raises CardError when it gives none."""
    response = yield GET_UID
    uid, status = split(response)
    if status == SW_FUNCTION_NOT_SUPPORTED:
        raise CardError("the reader has no UID for this card (status 6A81); hold a contactless card to it")
    if status != SW_OK:
        raise CardError("the reader refused to give the card's UID with status %04X" % status)
    return uid
