"""Has a bank card read, proved and its number sealed: gathers what the terminal tells cards.

It does not know what is decided. It is in memory for a tap alone, and only where bank cards are accepted.
"""

from ..cards.emv import payment
from ..crypto import envelope
from ..pricing import calendar

# Goods and services; nothing is typed in (EMV Book 4, A3).
ADDITIONAL_CAPABILITIES = b"\x60\0\0\0\0"
# Terminal risk management data: without verification, or by the phone (Book C-2, annex A), contactless.
# Whether it has to be, in its second byte, and in that of the transaction qualifiers (Book A, table 5-4).
RISK_DATA, RISK_VERIFY, QUALIFIERS_VERIFY = 0x0C, 0x80, 0x40
APPLICATION_VERSION = b"\0\2"
# ISO 18245: electric vehicle charging.
MERCHANT_CATEGORY = b"\x55\x52"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hal.ports import Board, Card

    Document = dict[str, Any]


async def tapped(card: "Card", board: "Board", config: "Any", trust: "Document") -> "Document | None":
    """Return what cards.emv.payment.tapped makes of a card. Raises OSError: it was pulled.

    `trust` is {"authorities", "hash_key", "aes", "envelope", "is_denied"}; the envelope serves once. On
    boards there is also "forget", which the reader calls when the tap is over.
    """
    moment = _local(board, config)

    def seal(text: bytes) -> str:
        return envelope.seal(trust.pop("envelope"), text, board.entropy.random, trust["aes"].encrypt_cbc)

    today = (int(moment[:4]), int(moment[5:7]), int(moment[8:10])) if moment else None
    terms = config.bank_cards
    drawn = chance(board.entropy.random) if terms["random"][1] else None
    desk = payment.Desk(
        terms, trust["authorities"], trust["hash_key"], today, seal, trust["is_denied"], drawn
    )
    values = _values(config, moment, board.entropy.random(4), desk.is_verification_wanted())
    found: "Document | None" = await card.converse(payment.tapped(desk, values))
    return found


def chance(random: "Callable[[int], bytes]") -> int:
    """Return a number from 1 to 99, each as likely as the others (EMV Book 3, 10.6.2)."""
    while True:
        octet = random(1)[0]
        if octet < 198:
            return octet % 99 + 1


def _local(board: "Board", config: "Any") -> str:
    """Return the time at the place, as RFC 3339 writes it, "" without a clock."""
    utc_s = board.clock.utc_s()
    return "" if utc_s is None else calendar.Zone(config.timezone).format_local(utc_s)


def _values(config: "Any", moment: str, unpredictable: bytes, is_verified: bool) -> "dict[int, bytes]":
    """Return by tag what a card may be told (EMV Book 3, annex A); `is_verified`: its holder has to be."""
    terms = config.bank_cards
    qualifiers = terms["qualifiers"]
    if is_verified:
        qualifiers = bytes((qualifiers[0], qualifiers[1] | QUALIFIERS_VERIFY)) + qualifiers[2:]
    name = (config.id + "        ")[:8].encode()
    date, time = (moment[2:10], moment[11:19]) if moment else ("00-00-00", "00:00:00")
    return {
        0x9F02: bytes.fromhex("%012d" % terms["limit_minor"]),
        0x9F03: bytes(6),
        0x9F1A: terms["country"],
        0x5F2A: terms["currency"],
        0x5F36: terms["exponent"],
        0x9A: bytes.fromhex(date.replace("-", "")),
        0x9F21: bytes.fromhex(time.replace(":", "")),
        0x9C: b"\0",
        0x9F37: unpredictable,
        0x9F35: terms["terminal_type"],
        0x9F33: terms["capabilities"],
        0x9F40: ADDITIONAL_CAPABILITIES,
        0x9F66: qualifiers,
        0x9F1D: bytes((RISK_DATA, RISK_VERIFY if is_verified else 0)) + bytes(6),
        0x9F09: APPLICATION_VERSION,
        0x9F15: MERCHANT_CATEGORY,
        0x9F1C: name,
        0x9F1E: name,
        0x95: bytes(5),
    }
