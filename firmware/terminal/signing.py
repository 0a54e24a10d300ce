"""What a session tells a meter that signs, and how a transaction is carried over its line.

It does not know when one begins or ends. It is in memory only while it is needed.
"""

import hashlib

from firmware.crypto import canonical
from firmware.errors import MeteringError, MeterSilent
from firmware.metering import modbus, signed
from firmware.session import events
from firmware.terminal import closing, version
from firmware.terminal.inbox import NOTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from hal.ports import Board

    from ..pricing.calendar import Zone
    from .inbox import Inbox
    from .startup import Assembly

    Document = dict[str, Any]

# End what is nobody's, where that is told, and have the meter forget its record.
FORGET = "forget"
# Read the meter's key.
KEY = "key"
_PAUSE_MS = 1000
# Before the tariff's text, in what the EM580 takes.
_MOST_TARIFF = 2 * signed.Em580.TARIFF_WORDS - 1 - len(signed.MARK)
_MOST_LOCAL_TEXT = 200


def facts(
    terminal: str, mark: str, token: "Document", tariff: str, utc_s: "int | None", zone: "Zone"
) -> "Document":
    """Return what the meter is told of a session; `mark` is how its record is known to be that session's."""
    # A bank card's own number is sealed: its transaction bears the session's.
    uid = plain(token.get("transaction") or token.get("uid") or mark.split("/")[0])
    text = plain(tariff)
    return {
        "session": mark,
        "uid": uid,
        "evse_id": terminal,
        "tariff": text[: _MOST_TARIFF - len(mark)],
        "utc_s": utc_s,
        "offset_min": 0 if utc_s is None else zone.offset_s(utc_s) // 60,
        "text": _local_text(terminal, mark, uid, text[:_MOST_LOCAL_TEXT]),
    }


def task(
    asked: "tuple[str, Any]", parts: "Assembly", utc_s: "int | None", language: str, turn: int
) -> "tuple[str, Document] | None":
    """Return what the meter does for the session that starts, or for the one that is open.

    None where that began before the meter was known to sign.
    """
    kind, started = asked
    recorder = parts.recorder
    if kind == events.BEGIN_RECORD:
        tariff = parts.tariffs.at(started.tariff, utc_s) or parts.tariffs.at(started.tariff, None)
        # A start that was called off leaves no record, and is told from the next one by its turn.
        mark = "%s/%d.%d" % (recorder.number(), recorder.known["next_seq"], turn)
        token = started.token
    else:
        opened = recorder.known["open"]
        tariff = parts.tariffs.of(opened["tariff"]["id"], opened["tariff"]["hash"])
        mark, token = opened["meter"].get("transaction"), opened["token"]
    if mark is None or tariff is None:
        return None
    text = closing.tariff_text(tariff, False, parts.zone, language)
    told = facts(recorder.terminal, mark, token, text, utc_s, parts.zone)
    told["key"] = recorder.known.get("meter_key")
    return kind, told


def ended(parts: "Assembly", utc_s: "int | None") -> None:
    """Have the meter forget a record that is durable, or fetch the one that a receipt lacks."""
    mark = parts.recorder.known.get("owed")
    parts.meter.owe((mark, (events.END_RECORD[0], _bare(parts, mark, utc_s))) if mark else None)
    if not mark:
        parts.meter.ask((FORGET, None))


def recorded(parts: "Assembly") -> None:
    """Go on after a record that a receipt lacked: one that storage did not take yet stays in the meter."""
    parts.meter.owe(None)
    if not parts.recorder.known.get("owed"):
        parts.meter.ask((FORGET, None))


def take_up(parts: "Assembly", utc_s: "int | None") -> None:
    """Go on after a start with no session open: what the meter has is owed to a receipt, or nobody's."""
    ended(parts, utc_s)
    if not parts.recorder.known.get("owed"):
        call_off(parts, "", utc_s)


def call_off(parts: "Assembly", mark: str, utc_s: "int | None") -> None:
    """Have the meter end the transaction of a start that was called off."""
    parts.meter.ask((FORGET, _bare(parts, mark, utc_s)))


def _bare(parts: "Assembly", mark: str, utc_s: "int | None") -> "Document":
    """Return what ends a transaction of which the mark alone is known."""
    offset_min = 0 if utc_s is None else parts.zone.offset_s(utc_s) // 60
    told = {"session": mark, "utc_s": utc_s, "offset_min": offset_min, "text": ""}
    told["key"] = parts.recorder.known.get("meter_key")
    return told


def _local_text(terminal: str, mark: str, uid: str, tariff: str) -> str:
    """Return what a record of the WM3M4 begins with (User's Manual, 6.5.15); it fills in what is empty.

    Its OCMF 1.0 has no member for a tariff: who charges, under which number and for what stand in one.
    """
    told = " ".join([uid, mark, tariff])
    members = (
        ("FV", '"1.0"'),
        ("GI", '"Kilotap"'),
        ("GS", _json(terminal)),
        ("GV", _json(version.FIRMWARE)),
        ("PG", '""'),
        ("MV", '"Iskra"'),
        ("MM", '"WM3M4"'),
        ("MS", '""'),
        ("IS", "true"),
        ("IF", '["RFID_PLAIN"]'),
        ("IT", '"LOCAL_1"'),
        ("ID", _json(told)),
        ("CT", '"EVSEID"'),
        ("CI", _json(terminal)),
        ("RD", "[]"),
    )
    return "{%s}" % ",".join(['"%s":%s' % member for member in members])


def _json(text: str) -> str:
    return canonical.encode(text).decode()


def plain(text: str) -> str:
    """Return a text in the ASCII that meters take, without what parts the sections of a record."""
    told = text.replace("\u20ac", "EUR").replace("\u00a0", " ")
    return "".join([c if 0x20 <= ord(c) < 0x7F and c not in '|"\\{}' else "?" for c in told])


async def fetch(board: "Board", config: "Any", inbox: "Inbox", mark: str, task: "tuple[str, Any]") -> None:
    """Fetch the record that a receipt lacks, and give the terminal the time to write it."""
    found: "Document" = {"session": mark.split("/")[0]}
    if await attempt(board, config, task, found, None) is None:
        inbox.post((NOTE, ("meter.record", found)))
        await board.clock.sleep_ms(_PAUSE_MS)


async def attempt(
    board: "Board", config: "Any", task: "tuple[str, Any]", reading: "Document", owed: "Any"
) -> "str | None":
    """Perform a task; return why it cannot be, or None. Nothing begins before what is owed is stored."""
    if task[0] == events.BEGIN_RECORD and owed:
        return "the meter still has the record %s; it is stored first" % owed[0]
    try:
        await perform(board, config, task, reading)
    except (MeteringError, OSError) as error:
        return str(error)
    return None


async def perform(board: "Board", config: "Any", task: "tuple[str, Any]", reading: "Document") -> None:
    """Begin, end or forget a transaction, and put what came of it into the reading.

    That is "transaction" (the mark) at the begin, "record" and "key" at the end. It is tried again from its
    first step, which changes nothing where that was done. Raises MeteringError, also for a key that is not
    the one of the settings or of the commissioning, or OSError.
    """
    left = config.meter_tries
    while True:
        left -= 1
        try:
            await _perform(board, config, task, reading)
            return
        except (MeteringError, OSError):
            if not left:
                raise
        await board.clock.sleep_ms(_PAUSE_MS)


async def _perform(board: "Board", config: "Any", task: "tuple[str, Any]", reading: "Document") -> None:
    kind, told = task
    speaks = protocol(config.meter_model)
    known = config.meter_key or (told or {}).get("key")
    if kind == events.BEGIN_RECORD:
        if known:
            await _read_key(board, config, known)
        await carry(board, config, speaks.begin(told))
        reading["transaction"] = told["session"]
    elif kind == events.END_RECORD[0]:
        record = await carry(board, config, speaks.end(told))
        if record is None or told["session"] not in record:
            raise MeteringError("the meter has no record of %s" % told["session"])
        reading["key"] = await _read_key(board, config, known)
        reading["record"] = record
    elif kind == KEY:
        reading["key"] = await _read_key(board, config, known)
    else:
        if told:
            await carry(board, config, speaks.end(told))
        await carry(board, config, speaks.forget())


async def _read_key(board: "Board", config: "Any", known: "str | None") -> str:
    """Return the meter's key (SubjectPublicKeyInfo, hexadecimal); `known` is that, or its SHA-256."""
    key: bytes = await carry(board, config, protocol(config.meter_model).key())
    told = hashlib.sha256(key).digest().hex()
    if known and known.lower() not in (key.hex(), told):
        raise MeteringError(
            "the meter signs with another key than is known, SHA-256 %s; hold it against its nameplate and "
            "meter_key, and after an exchange run: kilotap meter replace" % told
        )
    return key.hex()


async def carry(board: "Board", config: "Any", dialogue: "Generator[Any, Any, Any]") -> "Any":
    """Carry a dialogue with the meter over its line; return what it returns.

    Where no answer came, or a damaged one, it is asked again. Raises MeteringError, OSError.
    """
    answer = None
    try:
        while True:
            asked = dialogue.send(answer)
            answer = None
            if asked[0] == "wait":
                await board.clock.sleep_ms(asked[1])
            else:
                answer = await _ask(board, config, asked)
    except StopIteration as ended:
        return ended.value


async def _ask(board: "Board", config: "Any", asked: "tuple[Any, ...]") -> "bytes | None":
    for left in (2, 1, 0):
        try:
            if asked[0] == "read":
                return await _read(board, config, asked[1], asked[2], asked[3])
            await _write(board, config, asked[1], asked[2])
            return None
        except MeterSilent:
            if not left:
                raise
    return None


async def _read(board: "Board", config: "Any", function: int, address: int, count: int) -> bytes:
    frame = modbus.read_request(config.meter_unit, function, address, count)
    size = modbus.response_size(function, count)
    answer = await _answer(board, frame, size, config.meter_timeout_ms)
    return bytes(modbus.parse_response(config.meter_unit, function, count, answer, address))


async def _write(board: "Board", config: "Any", address: int, words: "list[int]") -> None:
    frame = modbus.write_request(config.meter_unit, address, words)
    size = modbus.response_size(modbus.WRITE, len(words))
    modbus.parse_written(frame, await _answer(board, frame, size, config.meter_timeout_ms))


async def _answer(board: "Board", frame: bytes, size: int, timeout_ms: int) -> bytearray:
    answer = bytearray(size)
    await board.meter_bus.transact(frame, answer, timeout_ms)
    return answer[: board.meter_bus.received]


def protocol(model: str) -> "Any":
    """Return the protocol of a model that signs."""
    if model not in signed.PROTOCOLS:
        raise MeteringError("the %s does not sign" % model)
    return signed.PROTOCOLS[model]()
