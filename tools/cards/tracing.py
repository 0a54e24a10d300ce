"""Writes what is said between terminal and card in words, the card number and what leads to it masked.

It does not know readers.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator
from typing import Any

from firmware.cards import apdu, tlv, vde
from firmware.errors import CardError, CryptoError
from tools.cards import masking

Dialogue = Generator[bytes, bytes, Any]

COMMANDS = {
    (0x00, 0xA4): "SELECT",
    (0x00, 0xB2): "READ RECORD",
    (0x00, 0xC0): "GET RESPONSE",
    (0x00, 0x88): "INTERNAL AUTHENTICATE",
    (0x80, 0xA8): "GET PROCESSING OPTIONS",
    (0x80, 0xAE): "GENERATE AC",
    (0x80, 0xCA): "GET DATA",
    (0x80, 0x02): "READ CERTIFICATE",
    (0x80, 0x03): "SIGN",
    (0xFF, 0xCA): "GET UID",
    (0x90, 0x5A): "SelectApplication",
    (0x90, 0x71): "AuthenticateEV2First",
    (0x90, 0x77): "AuthenticateEV2NonFirst",
    (0x90, 0xAF): "AdditionalFrame",
    (0x90, 0xBD): "ReadData",
    (0x90, 0x51): "GetCardUID",
}
TAGS = {
    0x4F: "AID",
    0x50: "application label",
    0x56: "track 1",
    0x57: "track 2",
    0x5A: "card number",
    0x5F20: "cardholder",
    0x5F24: "expires",
    0x5F25: "valid from",
    0x5F28: "issuer country",
    0x5F2A: "currency",
    0x5F2D: "languages",
    0x5F34: "sequence number",
    0x61: "entry",
    0x6F: "file control information",
    0x70: "record",
    0x77: "response",
    0x80: "response",
    0x82: "profile",
    0x83: "what was asked for",
    0x84: "name of the file",
    0x87: "priority",
    0x8C: "CDOL1",
    0x8D: "CDOL2",
    0x8E: "cardholder verification",
    0x8F: "CA key index",
    0x90: "issuer's certificate",
    0x92: "rest of the issuer's key",
    0x93: "signed static data",
    0x94: "list of records",
    0xA5: "properties",
    0xBF0C: "issuer's data",
    0x9F07: "usage control",
    0x9F10: "issuer's application data",
    0x9F1F: "discretionary data of track 1",
    0x9F20: "discretionary data of track 2",
    0x9F26: "cryptogram",
    0x9F27: "cryptogram information",
    0x9F2A: "kernel",
    0x9F32: "issuer's exponent",
    0x9F36: "transaction counter",
    0x9F38: "PDOL",
    0x9F46: "card's certificate",
    0x9F47: "card's exponent",
    0x9F48: "rest of the card's key",
    0x9F49: "DDOL",
    0x9F4A: "static data list",
    0x9F4B: "signed dynamic data",
    0x9F69: "card authentication data",
    0x9F6B: "track 2",
    0x9F6C: "card transaction qualifiers",
}
# Commands whose answers hold objects; those of others are shown as they are.
WITH_OBJECTS = (0xA4, 0xB2, 0xC0, 0x88, 0xA8, 0xAE, 0xCA)
# The class of commands that a reader answers by itself: the card's UID.
READERS_OWN = 0xFF
READ_CERTIFICATE = bytes((vde.CLA, vde.READ))
INDENT = "    "


def traced(dialogue: Dialogue, show: Callable[[str], None]) -> Dialogue:
    """Carry a dialogue on, telling each command and each response."""
    response = None
    certificates = b""
    mask = masking.Mask()
    while True:
        try:
            command = dialogue.send(response)  # type: ignore[arg-type]  # a generator begins with None
        except StopIteration as end:
            return end.value
        if certificates and command[:2] != READ_CERTIFICATE:
            show(INDENT + told_certificates(certificates))
            certificates = b""
        show(told_command(command))
        response = yield command
        for line in told_response(command, response, mask):
            show(line)
        if command[:2] == READ_CERTIFICATE:
            certificates += response[:-2]


def told_certificates(content: bytes) -> str:
    """Return what the certificates of a card say, which nobody has verified yet."""
    try:
        parts = vde.parsed(content)
    except CryptoError as error:
        return str(error)
    told = [f"{part.name or 'nobody'} from {part.begins} until {part.ends}" for part in parts]
    return "certificate of " + ", issued by that of ".join(told)


def told_command(command: bytes) -> str:
    """Return a command APDU in words, behind its octets."""
    name = COMMANDS.get((command[0], command[1]), "command")
    body = command[5 : 5 + command[4]] if len(command) > 5 else b""
    if name == "SELECT" and body:
        printable = all(0x20 <= octet < 0x7F for octet in body)
        name += " " + (body.decode() if printable else body.hex().upper())
    if name == "READ CERTIFICATE":
        name += f", piece {command[2]}"
    if name == "READ RECORD":
        name += f" {command[2]} of file {command[3] >> 3}"
    return f"> {command.hex().upper()}  {name}"


def told_response(command: bytes, response: bytes, mask: masking.Mask) -> Iterator[str]:
    """Yield the lines of a response: its status word, and what it holds, masked."""
    try:
        body, status = apdu.split(response)
    except CardError as error:
        yield f"< {error}"
        return
    yield f"< {status:04X}  {apdu.meaning(status)}, {len(body)} bytes"
    if not body:
        return
    if command[0] == READERS_OWN:
        yield INDENT + body.hex().upper()
        return
    if command[0] == 0x90 or command[1] not in WITH_OBJECTS:
        yield INDENT + mask.raw(body)
        return
    with contextlib.suppress(CardError):
        mask.learn(tlv.flat(body))
    try:
        yield from _objects(body, 1, mask)
    except CardError:
        # What cannot be taken apart could hold a card number anywhere.
        yield INDENT + f"({len(body)} bytes that are no data objects)"


def _objects(content: bytes, depth: int, mask: masking.Mask) -> Iterator[str]:
    for name, value in list(tlv.objects(content)):
        head = INDENT * depth + f"{name:X} {TAGS.get(name, 'unknown')}: "
        if tlv.is_constructed(name) and depth < tlv.MAX_DEPTH:
            yield head.rstrip(": ")
            yield from _objects(value, depth + 1, mask)
        else:
            yield head + mask.shown(name, value)
