"""Writes and reads OCMF 1.0 and 1.1 records: the meter readings of a session as public verifiers check them.

It does not know keys and curves: what is signed goes out, the signature comes in.
"""

from firmware.crypto import canonical, der
from firmware.crypto.decimals import Number
from firmware.errors import CryptoError, ReceiptError

# What a record needs and no more, for older readers: TT came with 1.1; docs/decisions/ocmf-version.md.
FORMAT_VERSION = "1.0"
_WITH_TARIFF_TEXT = "1.1"
ALGORITHM = "ECDSA-secp256r1-SHA256"
# Total import at the mains: the register as the meter shows it, which never starts anew with a session.
_OBIS_TOTAL_IMPORT = b"01-00:B0.08.00*FF"

# By the type of a token: OCMF's name for it, and the member that says which one it is (table 17).
_TYPES = {
    "RFID": ("ISO14443", "uid"),
    "EMV": ("CARD_TXN_NR", "transaction"),
    "EMAID": ("EMAID", "uid"),
    "EVCOID": ("EVCOID", "uid"),
    "OTHER": ("CENTRAL", "uid"),
}
_CLOCK_STATES = {"synchronised": b"S", "estimated": b"I", "unset": b"U"}
# 2026-01-01T00:00:00Z: no terminal is older. OCMF has no other word for a time that nobody knows.
_FIRST_DAY_S = 1_767_225_600
# The members as the specification has them, but for the readings, which come last.
_ORDER = ("FV", "GI", "GS", "GV", "PG", "MV", "MM", "MS", "IS", "IL", "IF", "IT", "ID", "TT", "CT", "CI")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.calendar import Zone

    # utc_s, and the state of the clock as OCMF names it.
    Moment = tuple[int, bytes]


def payload(facts: "dict[str, Any]") -> str:
    """Return the payload section, just as it is signed (UTF-8): the begin and the end reading of one session.

    `facts` as for `receipt.build`, and "number" (of the record: 1, 2, 3 … without a gap); where known also
    "gateway" ({"model", "serial", "version"}), the meter's "vendor", "evse_id" and "tariff_text". Raises
    ReceiptError for what OCMF cannot say.
    """
    gateway, meter, token = facts.get("gateway") or {}, facts["meter"], facts["token"]
    problems = _problems(facts, gateway)
    if problems:
        raise ReceiptError("; ".join(problems))
    tariff_text = facts.get("tariff_text")
    members = {
        "FV": _WITH_TARIFF_TEXT if tariff_text else FORMAT_VERSION,
        "GI": gateway.get("model"),
        "GS": gateway.get("serial"),
        "GV": gateway.get("version"),
        "PG": "T%d" % facts["number"],
        "MV": meter.get("vendor"),
        "MM": meter["model"],
        "MS": meter["serial"],
        "IS": True,
        "IL": token["level"],
        "TT": tariff_text,
    }
    _identify(members, token)
    if facts.get("evse_id"):
        members["CT"], members["CI"] = "EVSEID", facts["evse_id"]
    pauses = facts.get("pauses") or ()
    passed_s = facts["duration_ms"] // 1000 + sum([pause["to_s"] - pause["from_s"] for pause in pauses])
    start, stop = _moments(facts["start"], _read(facts, passed_s), passed_s)
    step_wh = meter.get("resolution_wh", 1)
    begin = _reading(start, facts["zone"], b"B", facts["start"]["wh"], step_wh)
    end = _reading(stop, facts["zone"], _end_code(facts["reason"]), facts["stop"]["wh"], step_wh)
    between = _pauses(pauses, start[0], stop[0], facts["zone"], step_wh) if pauses else b""
    return (b'{%s,"RD":[%s,%s%s]}' % (_members(members), begin, between, end)).decode()


def _pauses(pauses: "Any", earliest_s: int, latest_s: int, zone: "Zone", step_wh: int) -> bytes:
    """Return the readings of power cuts after which the session went on: suspended (S) at the last reading
    before, charging (C) at the first one after.

    Where the clock was set meanwhile they are left out: a verifier demands moments in order.
    """
    told = b""
    for pause in pauses:
        if not earliest_s <= pause["from_s"] <= pause["to_s"] <= latest_s:
            return b""
        earliest_s = pause["to_s"]
        for code, when in ((b"S", "from"), (b"C", "to")):
            moment = pause[when + "_s"], _CLOCK_STATES[pause["clock"]]
            told += _reading(moment, zone, code, pause[when + "_wh"], step_wh) + b","
    return told


def _problems(facts: "dict[str, Any]", gateway: "dict[str, Any]") -> "list[str]":
    problems = []
    token = facts["token"]
    if token["type"] not in _TYPES or not token.get(_TYPES[token["type"]][1]):
        problems.append("no OCMF identification of a token of type %r" % token["type"])
    if len(facts.get("tariff_text") or "") > 250:
        problems.append("an OCMF tariff text has at most 250 characters")
    if facts["number"] < 1:
        problems.append("the OCMF pagination counts from 1, not from %d" % facts["number"])
    # The key is found by a serial number (section "Relation of Serial Numbers, Charge Point and Public Key").
    if not facts["meter"]["serial"] and not gateway.get("serial"):
        problems.append("the meter has no serial number, so OCMF needs that of the gateway")
    return problems


def _identify(members: "dict[str, Any]", token: "dict[str, Any]") -> None:
    """Put in how the driver was identified: of a bank card the number of the transaction, never its own."""
    members["IT"], member = _TYPES[token["type"]]
    members["ID"] = token[member]
    if token["type"] == "RFID":
        # A card that proved its key did so with one that the reader's side shares.
        members["IF"] = ["RFID_PSK" if token["level"] == "SECURE" else "RFID_PLAIN"]
    elif member == "uid":
        # A card with a key pair shares no key with the reader's side.
        members["IF"] = ["RFID_RELATED"]


def assemble(signed_payload: str, signature: bytes) -> str:
    """Return the record of a payload and its signature (r and s, 64 bytes)."""
    return 'OCMF|%s|{"SA":"%s","SE":"hex","SD":"%s"}' % (
        signed_payload,
        ALGORITHM,
        der.signature(signature).hex(),
    )


def parse(record: str) -> "tuple[str, dict[str, Any], dict[str, Any]]":
    """Return (payload as signed, payload, signature section) of a record; ReceiptError for any other text."""
    # A terminal only writes.
    from firmware.crypto import jsontext

    sections = record.split("|")
    if len(sections) != 3 or sections[0] != "OCMF":
        raise ReceiptError("an OCMF record has three sections, OCMF|payload|signature")
    try:
        content, signature = jsontext.parse(sections[1]), jsontext.parse(sections[2])
    except CryptoError as error:
        raise ReceiptError("a section of the OCMF record is no JSON: %s" % error)
    if not isinstance(content, dict) or not isinstance(signature, dict):
        raise ReceiptError("the sections of an OCMF record have to be JSON objects")
    _check_payload(content)
    if not isinstance(signature.get("SD"), str):
        raise ReceiptError("SD: the OCMF signature section has no signature data")
    return sections[1], content, signature


def _check_payload(content: "dict[str, Any]") -> None:
    pagination = content.get("PG")
    if not isinstance(pagination, str) or pagination[:1] not in ("T", "F"):
        raise ReceiptError("PG: an OCMF pagination is T or F and a number, not %r" % (pagination,))
    readings = content.get("RD")
    if not isinstance(readings, list) or not readings:
        raise ReceiptError("RD: an OCMF payload has a list of readings")
    for i, reading in enumerate(readings):
        if not isinstance(reading, dict):
            raise ReceiptError("RD/%d: a reading has to be a JSON object" % i)
        if "RV" in reading and not isinstance(reading["RV"], (int, Number)):
            raise ReceiptError("RD/%d/RV: a reading's value has to be a number" % i)


def _end_code(reason: str) -> bytes:
    """Return why the transaction ended: P power failure, A aborted by an error, E any other end."""
    if reason == "power_loss":
        return b"P"
    return b"A" if reason.endswith("_fault") else b"E"


def _read(facts: "dict[str, Any]", passed_s: int) -> "dict[str, Any]":
    """Return when the register of the end was read, which is no later than the end.

    Where the meter was silent or another one by then, nobody knows what it showed at the end. A clock that
    was wrong when it was read, as begin and end tell, says nothing: what was measured since the begin does.
    """
    start, stop = facts["start"], facts["stop"]
    from_s = stop.get("from_s")
    if from_s is None:
        return stop
    # In memory only for this once.
    from firmware.receipts.receipt import is_clock_set

    start_s, stop_s, flags = start["utc_s"], stop["utc_s"], facts["flags"]
    is_wrong = is_clock_set(start_s, from_s, passed_s, flags) or (stop_s is not None and from_s > stop_s)
    # Of a receipt that says that the clock was set, nobody knows which of the three was right.
    if is_wrong and not is_clock_set(start_s, stop_s, passed_s, flags, facts.get("pauses") or ()):
        return reckoned(start_s, stop_s, passed_s)
    # What the clock was in between is kept by nobody.
    return {"utc_s": from_s, "clock": stop["clock"] if stop["clock"] == start["clock"] else "estimated"}


def reckoned(start_s: "int | None", stop_s: "int | None", passed_s: int) -> "dict[str, Any]":
    """Return when a register was read by what was measured since the begin, never after the end.

    Of begin and end, in UTC, one is known at least.
    """
    at_s = stop_s if start_s is None else start_s + passed_s
    if at_s is not None and stop_s is not None:
        at_s = min(at_s, stop_s)
    return {"utc_s": at_s, "clock": "estimated"}


def _moments(start: "dict[str, Any]", stop: "dict[str, Any]", duration_s: int) -> "tuple[Moment, Moment]":
    """Return both moments, the end never before the begin, as the verifiers demand.

    A moment that the clock did not know, or knew wrongly before it was put right, is reckoned from the other
    one by the measured duration, and marked as informative. Where neither is known, both count from a day
    before which no terminal was there, and say unsynchronised.
    """
    start_s, stop_s = start["utc_s"], stop["utc_s"]
    if start_s is None and stop_s is None:
        return (_FIRST_DAY_S, b"U"), (_FIRST_DAY_S + duration_s, b"U")
    begin = (start_s, _CLOCK_STATES[start["clock"]])
    if stop_s is None:
        return begin, (start_s + duration_s, b"I")
    if start_s is None or stop_s < start_s:
        begin = (stop_s - duration_s, b"I")
    return begin, (stop_s, _CLOCK_STATES[stop["clock"]])


def _reading(moment: "Moment", zone: "Zone", code: bytes, register_wh: int, step_wh: int) -> bytes:
    # As bytes, for MicroPython looks for each text that it makes among all that it keeps.
    local = zone.format_local(moment[0]).encode()
    # RV is written from integers; its digits are part of what is signed, and none is more than the meter has.
    digits = 3
    while digits > 1 and step_wh % 10 == 0 and register_wh % 10 == 0:
        digits, step_wh, register_wh = digits - 1, step_wh // 10, register_wh // 10
    whole, part = divmod(register_wh, 10**digits)
    return b'{"TM":"%s,000%s%s %s","TX":"%s","RV":%d.%0*d,"RI":"%s","RU":"kWh","RT":"AC","ST":"G"}' % (
        local[:19],
        local[19:22],
        local[23:],
        moment[1],
        code,
        whole,
        digits,
        part,
        _OBIS_TOTAL_IMPORT,
    )


def _members(members: "dict[str, Any]") -> bytes:
    """Write what is known of a JSON object's members, in the order of the specification.

    In ASCII, for one verifier takes a text's bytes in the alphabet of its machine.
    """
    content = canonical.in_order(members, [key for key in _ORDER if members.get(key)])[1:-1]
    written = content.decode()
    if len(content) != len(written) or b"\x7f" in content:
        content = b"".join([_ascii(character) for character in written])
    # A bar parts sections; one verifier finds their ends by counting braces, even in texts.
    for character in (b"|", b"{", b"}"):
        if character in content:
            content = content.replace(character, b"\\u%04x" % ord(character))
    return content


def _ascii(character: str) -> bytes:
    code = ord(character)
    if code < 0x7F:
        return character.encode()
    if code > 0xFFFF:
        return b"\\u%04x\\u%04x" % (0xD7C0 + (code >> 10), 0xDC00 | code & 0x3FF)
    return b"\\u%04x" % code
