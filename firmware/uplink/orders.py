"""Orders of the operator: where to ask for them, and how an answer is opened.

It does not know how bytes travel, what an order changes, or whether that is possible here. `docs/orders.md`
has the whole way, `docs/protocol.md` examples.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, PricingError, UplinkError
from firmware.pricing import calendar
from firmware.uplink import answers

ORDER_TYPE = "order+jws"
QUESTION_TYPE = "order-question+jws"
MEMBERS = ("changes", "nonce", "serial", "terminal", "time")

# Why an order is refused; what nobody trusts moves nothing, `CONTENT` alone takes the serial number.
FORM = "form"
SIGNATURE = "signature"
TERMINAL = "terminal"
NONCE = "nonce"
SERIAL = "serial"
CONTENT = "content"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    # Reason, and in words what is wrong; None for an order to be trusted.
    Refusal = tuple[str, str] | None


def path(terminal: str, serial: int, nonce: str) -> str:
    """Return the path to GET: what comes after a serial number, signed together with a nonce (base64url)."""
    return "%s?serial=%d&nonce=%s" % (answers.path(terminal, "orders"), serial, nonce)


def question(asked: "tuple[str, int, str]", public: bytes) -> bytes:
    """Return what the terminal signs (RFC 7515, 5.1) to be told an order: who has contracts is nobody else's
    business.
    """
    header = {"alg": "ES256", "kid": jose.thumbprint(public), "typ": QUESTION_TYPE}
    terminal, serial, nonce = asked
    told = {"nonce": nonce, "serial": serial, "terminal": terminal}
    return jose.signing_input(header, canonical.encode(told))


def headers(signed: bytes, signature: bytes) -> "list[tuple[str, str]]":
    """Return the headers of a question that the terminal signed."""
    return [("authorization", "JWS " + jose.compact(signed, signature))]


def answer(status: int, body: bytes) -> "tuple[str | None, int]":
    """Return the order (a compact JWS) that the office answers with, None where it tells none, and the serial
    number of the newest.

    Raises UplinkError with what it said for all other answers.
    """
    if status in (401, 404):
        raise answers.refusal(status, body, "enrol this terminal, or correct its id")
    if status != 200:
        raise answers.refusal(status, body)
    told = answers.read(status, body)
    order = told.get("order")
    if order is not None and not isinstance(order, str):
        raise UplinkError("the office answered with an order that is no text")
    return order, answers.whole(told, "orders", 0)


def opened_steps(
    compact: str, public: bytes, asked: "tuple[str, int, str]"
) -> "Generator[None, None, tuple[dict[str, Any], Refusal]]":
    """Open an order as a generator that yields between slices of work and returns (payload, refusal).

    `public` is the operator's key (X and Y, 64 bytes), `asked` terminal, serial number and nonce of the
    question. The payload is empty where it is not the operator's.
    """
    # In memory only while it verifies.
    from firmware.crypto import p256

    try:
        payload, signed, signature = jose.split(compact, ORDER_TYPE)
        holds = jose.kid(compact) == jose.thumbprint(public)
    except CryptoError as error:
        return {}, (FORM, str(error))
    if holds:
        holds = yield from p256.verify_steps(public, digest(signed), signature)
    if not holds:
        return {}, (SIGNATURE, "the operator's key did not sign it")
    yield
    try:
        order: "dict[str, Any]" = canonical.decode(payload)
    except CryptoError as error:
        return {}, (FORM, str(error))
    return order if isinstance(order, dict) else {}, _refusal(order, asked)


def digest(content: "Any") -> bytes:
    """Return the SHA-256 of what is signed, or of a whole order: in hexadecimal, records name it by that."""
    return hashlib.sha256(content).digest()


def _refusal(order: "Any", asked: "tuple[str, int, str]") -> "Refusal":
    """Return why what the operator signed is no answer to this question."""
    terminal, serial, nonce = asked
    if not isinstance(order, dict) or sorted(order) != list(MEMBERS):
        return FORM, "it has to have just the members " + ", ".join(MEMBERS)
    told = order["serial"]
    if not isinstance(told, int) or isinstance(told, bool) or not isinstance(order["changes"], dict):
        return FORM, "its serial is no whole number or its changes are no table"
    if not _is_moment(order["time"]):
        return FORM, "its time is no moment in UTC such as 2026-03-28T16:59:00Z"
    if order["terminal"] != terminal:
        return TERMINAL, "it is for another terminal"
    if order["nonce"] != nonce:
        return NONCE, "it answers another question: it was sent before"
    if told <= serial:
        return SERIAL, "its serial %d is not above %d, which was decided already" % (told, serial)
    return None


def _is_moment(text: "Any") -> bool:
    try:
        return isinstance(text, str) and calendar.format_utc(calendar.parse_utc(text)) == text
    except PricingError:
        return False
