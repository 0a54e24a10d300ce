"""Reads a payment application: selection, processing options, records (EMV Book 3, 6.5 and 10; Book 1, 11.3).

It does not know whether the card is genuine. What it returns holds the card number: whoever asked for it
makes of it what may be kept (identity.py) and lets the rest go.
"""

from ...errors import CardError
from .. import apdu, dol, tlv
from .. import status as statuses

# A card names at most so many records; real ones have up to twenty.
MAX_RECORDS = 64
SHORT_FILES = 10
# What a card says instead of taking part: to a selection, and to the question for its processing options
# (Book 1, 12.3.1; Book 3, 6.5.8.5; Book B, 3.4.1; "see the phone" is of Book C-3).
BLOCKED, CARD_BLOCKED = 0x6283, 0x6A81
CONDITIONS, SEE_PHONE, OTHER_INTERFACE = 0x6985, 0x6986, 0x6984

PDOL, AIP, AFL = 0x9F38, 0x82, 0x94
# How many payments the card made, and how many by the last one online; the limits for those in between.
COUNTER, LAST_ONLINE, LOWER_COUNT, UPPER_COUNT = 0x9F36, 0x9F13, 0x9F14, 0x9F23

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Dialogue = Generator[bytes, bytes, Any]


class Refused(CardError):
    """A card that takes no part, in good order; `status` is its word for it, None where it declined."""

    def __init__(self, message: str, status: "int | None" = None) -> None:
        super().__init__(message)
        self.status = status


class Application:
    """What a card told: `objects` by tag, `aip`, `static` data that is signed, `pdol` as it was filled."""

    __slots__ = ("aid", "aip", "objects", "pdol", "static")

    def __init__(self, aid: bytes) -> None:
        self.aid = aid
        self.aip = b"\0\0"
        self.objects: "dict[int, bytes]" = {}
        self.static = b""
        self.pdol = b""

    def add(self, content: bytes) -> None:
        """Keep the primitive objects of a template. Raises CardError for one told twice, differently."""
        for name, value in tlv.flat(content):
            if tlv.is_constructed(name):
                continue
            # Book 3, 10.2: a card that contradicts itself is not charged.
            if self.objects.get(name, value) != value:
                raise CardError("the card tells tag %X twice, differently; use another card" % name)
            self.objects[name] = value


def read(aid: bytes, values: "dict[int, bytes]", is_whole: bool = True) -> "Dialogue":
    """Select an application, tell it what it asks for, read its records; return the Application.

    `values` are the terminal's by tag. Raises CardError where the card refuses or contradicts itself. Where
    not `is_whole`, for who only wants to know what a card is, records that cannot be read are passed over,
    and their template may be another one.
    """
    application = Application(aid)
    body, status = yield from apdu.select(aid)
    if status != statuses.SW_OK:
        why = "blocked" if status in (BLOCKED, CARD_BLOCKED) else apdu.meaning(status)
        raise Refused("the card's application cannot be used: %s (status %04X)" % (why, status), status)
    application.add(body)
    application.pdol = dol.fill(dol.parse(application.objects.get(PDOL, b"")), values)
    afl = yield from _options(application)
    for place in files(afl):
        try:
            yield from _record(application, *place, is_whole)
        except CardError:
            if is_whole:
                raise
    return application


def _options(application: Application) -> "Dialogue":
    """Ask for processing options in either format (Book 3, 6.5.8.4); return the list of records."""
    # The length wanted back has to stand there: cards answer 6700 without.
    command = apdu.command(0x80, 0xA8, 0, 0, tlv.encode(0x83, application.pdol), 256)
    body, status = yield from apdu.exchange(command)
    if status == statuses.SW_WRONG_LENGTH and application.pdol:
        # There are cards that list what they want and then want nothing.
        application.pdol = b""
        body, status = yield from apdu.exchange(apdu.command(0x80, 0xA8, 0, 0, b"\x83\0", 256))
    if status in (CONDITIONS, SEE_PHONE, OTHER_INTERFACE, BLOCKED):
        words = "the card does not take part in this payment (status %04X); try its next application"
        raise Refused(words % status, status)
    if status != statuses.SW_OK:
        told = (apdu.meaning(status), status)
        raise CardError("the card refused its processing options: %s (status %04X)" % told)
    plain = tlv.find(body, 0x80)
    if plain is not None:
        if len(plain) < 2:
            raise CardError("the card's processing options (80) are shorter than their profile")
        application.aip, afl = plain[:2], plain[2:]
        application.objects[AIP] = application.aip
        return afl
    options = tlv.find(body, 0x77)
    if options is None:
        raise CardError("the card's processing options are in neither format (80 or 77)")
    application.add(options)
    application.aip = application.objects.get(AIP, b"")
    if len(application.aip) != 2:
        raise CardError("the card's processing options (77) hold no profile (82) of 2 bytes")
    return application.objects.get(AFL, b"")


def files(afl: bytes) -> "list[tuple[int, int, bool]]":
    """Return (short file, record, is it signed) in order (Book 3, 10.2). Raises CardError."""
    if len(afl) % 4:
        raise CardError("the card's list of records has %d bytes, which are no whole entries" % len(afl))
    found = []
    for i in range(0, len(afl), 4):
        file, first, last, signed = afl[i] >> 3, afl[i + 1], afl[i + 2], afl[i + 3]
        if not 1 <= file <= 30 or afl[i] & 7 or not 1 <= first <= last or signed > last - first + 1:
            raise CardError("the card's list of records names none in entry %d" % (i // 4))
        for record in range(first, last + 1):
            found.append((file, record, record - first < signed))
        if len(found) > MAX_RECORDS:
            raise CardError("the card lists more than %d records" % MAX_RECORDS)
    return found


def _record(application: Application, file: int, record: int, is_signed: bool, is_whole: bool) -> "Dialogue":
    """Read a record, and keep what is signed of it (Book 3, 10.3)."""
    command = apdu.command(0x00, 0xB2, record, file << 3 | 4, b"", 256)
    body = yield from apdu.demand(command, "record %d of file %d" % (record, file))
    content = tlv.find(body, 0x70)
    if content is None:
        if file <= SHORT_FILES and is_whole:
            raise CardError("record %d of file %d on the card has no template 70" % (record, file))
        content = b"" if is_whole else body
    application.add(content)
    if is_signed:
        application.static += content if file <= SHORT_FILES else body


def counters(application: Application) -> "Dialogue":
    """Ask a card that limits its payments offline how many it made (GET DATA; Book 3, 6.5.7 and 10.6.3).

    What it does not tell stays unknown, which counts against it. Raises CardError for an answer that is none.
    """
    objects = application.objects
    if LOWER_COUNT not in objects or UPPER_COUNT not in objects:
        return
    for name in (COUNTER, LAST_ONLINE):
        command = apdu.command(0x80, 0xCA, name >> 8, name & 0xFF, b"", 256)
        body, status = yield from apdu.exchange(command)
        if status == statuses.SW_OK and name not in objects:
            told = tlv.find(body, name)
            if told:
                objects[name] = told
