"""The transactions of meters that sign: begun with who charges and the tariff, ended, and their OCMF record
fetched, whatever the power did in between.

It does not know wires or sessions. Each is a generator that yields ("read", function, address, count),
("write", address, words) or ("wait", ms), and is sent the registers that were read. A record stays in the
meter until `forget`, which is for when it is durable elsewhere. (Carlo Gavazzi EM580, Communication Protocol,
chapter 4; Iskra WM3M4 User's Manual V1.14, chapter 6.5.)
"""

from ..crypto import der
from ..errors import CryptoError, MeteringError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Dialogue = Generator[tuple, Any, Any]
    Facts = dict[str, Any]

HOLDING = 3
# So often, and so long apart, a meter is asked whether it is done: signing takes it seconds.
POLLS = 75
POLL_MS = 200
# One read or write of a long text.
CHUNK_WORDS = 100
# Between the tariff and the session's number, which is how a record is known to be that session's.
MARK = "<=>"
# SubjectPublicKeyInfo of a point on P-256 (RFC 5480), up to the point.
P256_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def _words(text: str, most_words: int) -> "list[int]":
    """Return ASCII as registers, ended by NUL. Raises MeteringError for what does not fit or is none."""
    content = text.encode()
    if len(content) != len(text) or len(content) >= 2 * most_words:
        raise MeteringError("the meter takes %d ASCII characters, not %r" % (2 * most_words - 1, text))
    content += b"\0" * (2 - len(content) % 2)
    return [content[i] << 8 | content[i + 1] for i in range(0, len(content), 2)]


def _read_long(function: int, address: int, count: int) -> "Dialogue":
    """Read more registers than one request may have.

    No two reads in a row have the same length: else a meter that answers too late has its answer to one taken
    for that to the next.
    """
    content = b""
    some = 0
    while count:
        before, some = some, min(count, CHUNK_WORDS)
        if some == before:
            some -= 1
        content += bytes((yield ("read", function, address, some)))
        address, count = address + some, count - some
    return content


def _write_long(address: int, words: "list[int]") -> "Dialogue":
    for i in range(0, len(words), CHUNK_WORDS):
        yield ("write", address + i, words[i : i + CHUNK_WORDS])


def _number(address: int, function: int = HOLDING) -> "Dialogue":
    block = yield ("read", function, address, 1)
    return block[0] << 8 | block[1]


class Em580:
    """Carlo Gavazzi EM580: states not ready, running, ready (with a record), corrupted."""

    NOT_READY, RUNNING, READY, CORRUPTED = 0, 1, 2, 3
    STATE, SIZE, RECORD = 0x7100, 0x7101, 0x7110
    IDENTIFICATION, MODALITY, COMMAND = 0x7000, 0x7036, 0x7040
    TIMEZONE, UTC, TARIFF = 0x7031, 0x7032, 0x6900
    RFID_PLAIN, ISO14443 = 1, 1
    TARIFF_WORDS, TEXT_WORDS, MOST_WORDS = 126, 20, 2031
    KEY_TYPE, KEY = 0x24FF, 0x2600
    # By its type a key has 256 or 384 bits, and its DER so many registers.
    KEY_WORDS = (46, 62)

    def begin(self, facts: "Facts") -> "Dialogue":
        """Begin a transaction; return the record of an older one that nobody fetched, or None.

        `facts`: "session", "uid", "tariff", "evse_id", "utc_s", "offset_min". Where this very session runs
        already, as after a power cut, nothing is begun anew.
        """
        state = yield from _number(self.STATE)
        if state == self.RUNNING and (yield from self._session()) == facts["session"]:
            return None
        left = None
        if state != self.NOT_READY:
            left = yield from self.end(facts)
            yield from self.forget()
        yield from self._set_time(facts)
        texts = _words(facts["uid"], self.TEXT_WORDS), _words(facts["evse_id"], self.TEXT_WORDS)
        tariff = _words(facts["tariff"] + MARK + facts["session"], self.TARIFF_WORDS)
        # Assigned, level, flags and type; then who, where (an EVSE id) and for what.
        yield ("write", self.IDENTIFICATION, [1, 0, self.RFID_PLAIN, 0, 0, 0, self.ISO14443])
        yield ("write", self.IDENTIFICATION + 0x07, texts[0])
        yield ("write", self.IDENTIFICATION + 0x1B, [0])
        yield ("write", self.IDENTIFICATION + 0x1C, texts[1])
        yield from _write_long(self.TARIFF, tariff)
        yield ("write", self.MODALITY, [0])
        yield ("write", self.COMMAND, [0x42])
        yield from self._wait_for(self.RUNNING)
        return left

    def end(self, facts: "Facts") -> "Dialogue":
        """End what runs and return its record, or one that waits to be fetched; None where there is none."""
        state = yield from _number(self.STATE)
        if state == self.NOT_READY:
            return None
        if state == self.RUNNING:
            yield ("write", self.COMMAND, [0x45])
            yield from self._wait_for(self.READY)
        elif state == self.CORRUPTED:
            raise MeteringError("the meter says that its record is corrupted; have it looked at")
        count = yield from _number(self.SIZE)
        if not 1 <= count <= self.MOST_WORDS:
            raise MeteringError("the meter has a record of %d registers, which is none" % count)
        content = yield from _read_long(HOLDING, self.RECORD, count)
        return _text(content)

    def forget(self) -> "Dialogue":
        """Tell the meter that its record is durable elsewhere."""
        if (yield from _number(self.STATE)) == self.READY:
            yield ("write", self.STATE, [self.NOT_READY])

    def key(self) -> "Dialogue":
        """Return the meter's public key: SubjectPublicKeyInfo, DER."""
        kind = yield from _number(self.KEY_TYPE)
        if kind >= len(self.KEY_WORDS):
            raise MeteringError("the meter has no key to sign with; order one that signs")
        content = yield from _read_long(HOLDING, self.KEY, self.KEY_WORDS[kind])
        if content[0] != 0x30 or content[1] > len(content) - 2:
            raise MeteringError("the meter's key is no DER: %s" % content.hex())
        return content[: 2 + content[1]]

    def _session(self) -> "Dialogue":
        content = yield from _read_long(HOLDING, self.TARIFF, self.TARIFF_WORDS)
        return _text(content).partition(MARK)[2]

    def _set_time(self, facts: "Facts") -> "Dialogue":
        if facts["utc_s"] is not None:
            low_first = [facts["utc_s"] >> 16 * i & 0xFFFF for i in range(4)]
            yield ("write", self.UTC, low_first)
            yield ("write", self.TIMEZONE, [facts["offset_min"] & 0xFFFF])

    def _wait_for(self, wanted: int) -> "Dialogue":
        for _ in range(POLLS):
            state = yield from _number(self.STATE)
            if state == wanted:
                return
            yield ("wait", POLL_MS)
        raise MeteringError("the meter stays in the OCMF state %d instead of %d" % (state, wanted))


class Wm3m4:
    """Iskra WM3M4: idle, active, or active after a power failure, when it wants time and text anew."""

    IDLE, ACTIVE, AFTER_POWER_FAILURE = 0, 1, 2
    SIGNED_OK, FIRST_ERROR = 15, 128
    STATE, COMMAND, STATUS, TIMEZONE, UTC_HIGH, TEXT_SIZE = 7000, 7051, 7052, 7053, 7054, 7056
    RECORD_SIZE, SIGNATURE_SIZE, FORMAT, SYNCHRONISED = 7057, 7058, 7059, 7071
    TEXT, RECORD, KEY, SIGNATURE = 7100, 7612, 8124, 8188
    KEY_WORDS = 32
    MOST_TEXT_WORDS, MOST_RECORD, MOST_SIGNATURE = 512, 1024, 80

    def begin(self, facts: "Facts") -> "Dialogue":
        """Begin a transaction, as Em580.begin; "text" of the facts is the JSON that a record begins with."""
        state = yield from _number(self.STATE)
        left = None
        if state != self.IDLE:
            told = yield from self._told()
            if told == facts["text"]:
                yield from self._tell(facts)
                return None
            # Somebody else's is ended under its own text, as far as the meter still has it.
            other = dict(facts)
            other["text"] = told or facts["text"]
            left = yield from self.end(other)
        yield from self._tell(facts)
        yield ("write", self.FORMAT, [0])
        yield ("write", self.COMMAND, [0x4200])
        yield from self._wait_for(self.ACTIVE)
        return left

    def end(self, facts: "Facts") -> "Dialogue":
        """End what runs and return its record; where nothing runs, the last one if it is this session's."""
        state = yield from _number(self.STATE)
        if state == self.AFTER_POWER_FAILURE:
            # Without them the meter stays as it is for ever; the text is its own, as far as it still has it.
            told = yield from self._told()
            yield from self._tell(dict(facts, text=told) if facts["session"] in told else facts)
        if state != self.IDLE:
            yield ("write", self.COMMAND, [0x7200])
            yield from self._wait_for(self.IDLE)
        size = yield from _number(self.RECORD_SIZE)
        signature_size = yield from _number(self.SIGNATURE_SIZE)
        if not size or not signature_size:
            return None
        if size > self.MOST_RECORD or signature_size > self.MOST_SIGNATURE:
            raise MeteringError(
                "the meter has a record of %d and a signature of %d bytes" % (size, signature_size)
            )
        record = yield from _read_long(HOLDING, self.RECORD, -(-size // 2))
        if state == self.IDLE and facts["session"] not in _text(record[:size]):
            return None
        signature = yield from _read_long(HOLDING, self.SIGNATURE, -(-signature_size // 2))
        repaired = _repaired(signature[:signature_size])
        return 'OCMF|%s|{"SD":"%s"}' % (_text(record[:size]), repaired.hex())

    def forget(self) -> "Dialogue":
        """Do nothing: the next transaction takes the record's place."""
        yield from ()

    def key(self) -> "Dialogue":
        """Return the meter's public key, as Em580.key; the meter has its point alone."""
        return P256_KEY + (yield from _read_long(HOLDING, self.KEY, self.KEY_WORDS))

    def _tell(self, facts: "Facts") -> "Dialogue":
        """Give the meter time and billing text."""
        if facts["utc_s"] is not None:
            yield ("write", self.TIMEZONE, [facts["offset_min"] & 0xFFFF])
            yield ("write", self.UTC_HIGH, [facts["utc_s"] >> 16 & 0xFFFF, facts["utc_s"] & 0xFFFF])
            yield ("write", self.SYNCHRONISED, [2])
        words = _words(facts["text"], self.MOST_TEXT_WORDS)
        yield from _write_long(self.TEXT, words)
        yield ("write", self.TEXT_SIZE, [len(facts["text"])])

    def _told(self) -> "Dialogue":
        size = yield from _number(self.TEXT_SIZE)
        content = yield from _read_long(HOLDING, self.TEXT, -(-min(size, 2 * self.MOST_TEXT_WORDS) // 2))
        return _text(content[:size])

    def _wait_for(self, wanted: int) -> "Dialogue":
        """Wait for a state and for the signature that goes with it."""
        for _ in range(POLLS):
            state = yield from _number(self.STATE)
            status = yield from _number(self.STATUS)
            if status >= self.FIRST_ERROR:
                raise MeteringError(
                    "the meter does not sign: its status is %d; check its time and data" % status
                )
            if state == wanted and status == self.SIGNED_OK:
                return
            yield ("wait", POLL_MS)
        raise MeteringError("the meter stays in state %d instead of %d" % (state, wanted))


PROTOCOLS = {"carlo-gavazzi-em580": Em580, "iskra-wm3m4": Wm3m4}


def _text(content: bytes) -> str:
    """Return the ASCII of registers up to the first NUL. Raises MeteringError for other bytes."""
    found = bytes(content).split(b"\0")[0]
    for octet in found:
        if octet > 0x7E:
            raise MeteringError("the meter's record has the byte %02X, which is no ASCII" % octet)
    return found.decode()


def _repaired(signature: bytes) -> bytes:
    """Return a DER signature whose two numbers have as many bytes as they need.

    The WM3M4 writes each with 32 bytes or more, whatever they begin with.
    """
    numbers = b""
    place = 2
    for _ in range(2):
        if len(signature) < place + 2 or signature[place] != 2:
            raise MeteringError("the meter's signature is no DER of two numbers: %s" % signature.hex())
        size = signature[place + 1]
        number = int.from_bytes(signature[place + 2 : place + 2 + size], "big")
        if number >> 256:
            raise MeteringError("the meter's signature has a number of more than 256 bits")
        numbers += number.to_bytes(32, "big")
        place += 2 + size
    try:
        return der.signature(numbers)
    except CryptoError as error:
        raise MeteringError("the meter's signature: %s" % error)
