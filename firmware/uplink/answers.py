"""Reads the JSON that the office answers, and says in an error what it said.

It does not know HTTP's framing or what was asked.
"""

from firmware.crypto import jsontext
from firmware.errors import CryptoError, UplinkError

MAX_REASON_CHARACTERS = 200

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(status: int, body: bytes) -> "dict[str, Any]":
    """Return the members of an answer; UplinkError when the body is no JSON object."""
    try:
        answer = jsontext.parse(body)
    except CryptoError as error:
        raise UplinkError("the office answered %d with what is no JSON (%s)" % (status, error))
    if not isinstance(answer, dict):
        raise UplinkError("the office answered %d with JSON that is no object" % status)
    return answer


def refusal(status: int, body: bytes, mend: str = "") -> UplinkError:
    """Return the error for an answer that says no, with the reason that it gives and what to do."""
    try:
        reason = jsontext.parse(body).get("reason")
    except (CryptoError, AttributeError):
        # A proxy in between answers with a page for people.
        reason = None
    said = ": " + plain(reason) if isinstance(reason, str) else ""
    return UplinkError("the office answered %d%s%s" % (status, said, "; " + mend if mend else ""))


def plain(text: str) -> str:
    """Return a foreign text as it may stand in a log: short, and without control characters."""
    return "".join([character if character >= " " else " " for character in text[:MAX_REASON_CHARACTERS]])


def whole(answer: "dict[str, Any]", member: str, lowest: int) -> int:
    """Return an integer member; UplinkError when it is none or is below the lowest that makes sense."""
    number = answer.get(member)
    if not isinstance(number, int) or number is True or number is False or number < lowest:
        raise UplinkError("the office answered without a %s of at least %d" % (member, lowest))
    return number


def path(terminal: str, action: str) -> str:
    """Return `/api/terminals/{id}/{action}`; UplinkError for an id that would be another path."""
    # As bytes: of a text, MicroPython would keep each character that it ever cut out.
    for octet in terminal.encode():
        if not (0x30 <= octet <= 0x39 or 0x41 <= octet <= 0x5A or 0x61 <= octet <= 0x7A or octet in b"-_."):
            raise UplinkError(
                "the terminal id %r cannot stand in an address; use A-Z, a-z, 0-9, - _ ." % terminal
            )
    if terminal in ("", ".", ".."):
        raise UplinkError("the terminal id %r cannot stand in an address" % terminal)
    return "/api/terminals/%s/%s" % (terminal, action)
