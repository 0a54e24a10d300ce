"""Who holds up a card after VDE-AR-E 2532-100 with a key pair, such as a MIFARE DUOX: its certificate names
the contract, and a signature over a number of ours shows that it is no copy. The terminal holds no secret.

It does not know contracts and clocks. What only the card can say comes first, so that it may go while the
rest is computed.
"""

import hashlib

from ..crypto import asn1, brainpool, der, x509
from ..errors import CardError, CryptoError
from . import apdu
from . import status as statuses

AID = bytes.fromhex("a0000008450000000000000000000001")
CLA, READ, SIGN = 0x80, 0x02, 0x03
SIGN_P1, SIGN_P2 = 0x0C, 0x09
CHALLENGE_BYTES, SIGNATURE_BYTES = 32, 64
# A certificate comes in two pieces, or whole with that of its issuer behind it; a card with more is none.
USUAL_PIECES, MOST_PIECES = 2, 16
END_OF_FILE = 0x6282

# OCMF, table 11: a secure feature, here a key pair.
SECURE = "SECURE"
# Why a card is refused.
NOT_GENUINE, CARD_ERROR = "not_genuine", "card_error"
REASONS = {
    x509.EXPIRED: "card_expired",
    x509.NOT_YET_VALID: "not_yet_valid",
    x509.UNKNOWN_ISSUER: "unknown_issuer",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from ..crypto.x509 import Certificate

    Dialogue = Generator[bytes, bytes, Any]
    # Certificates as the card gave them, the number that it was to sign, its signature.
    Claim = tuple[bytes, bytes, bytes]


class NotProved(CardError):
    """A card that did not prove what it claims; `reason` is what the driver is told."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


def claimed(random: "Callable[[int], bytes]") -> "Dialogue":
    """Return the Claim of a card, None of one without this application. Raises CardError: it breaks off."""
    _body, status = yield from apdu.select(AID)
    if status != statuses.SW_OK:
        return None
    certificates = yield from _certificates()
    challenge = random(CHALLENGE_BYTES)
    command = apdu.command(CLA, SIGN, SIGN_P1, SIGN_P2, challenge, 256)
    signature = yield from apdu.demand(command, "to sign")
    return certificates, challenge, signature


def proved_steps(
    claim: "Claim", authorities: "list[Certificate]", now: "str | None"
) -> "Generator[None, None, dict[str, Any]]":
    """Return the token of a card whose claim holds; a generator that yields between slices.

    `now` is a moment as RFC 3339 writes it, or None while the clock is not set. Raises NotProved.
    """
    content, challenge, signature = claim
    try:
        certificates = parsed(content)
        yield from x509.chain_steps(certificates[0], certificates[1:], authorities, now)
    except x509.CertificateError as error:
        raise NotProved(REASONS.get(error.reason, NOT_GENUINE), str(error))
    certificate = certificates[0]
    digest = hashlib.sha256(challenge).digest()
    is_own = yield from brainpool.verify_steps(certificate.public, digest, _raw(signature))
    if not is_own:
        raise NotProved(NOT_GENUINE, "the card does not have the key of its certificate; it is a copy")
    if not _is_printable(certificate.name):
        raise NotProved(
            NOT_GENUINE, "the card's certificate has no common name of printable ASCII in its subject"
        )
    return {"type": kind(certificate.name), "uid": certificate.name, "level": SECURE}


def tapped(
    claim: "Claim", authorities: "list[Certificate]", now: "str | None"
) -> "Generator[None, None, Any]":
    """Return {"token"} of a card whose claim holds, {"reason"} of another; a generator of slices."""
    try:
        token = yield from proved_steps(claim, authorities, now)
    except NotProved as error:
        return {"reason": error.reason}
    return {"token": token}


def name(claim: "Claim") -> str:
    """Return whom a card's certificate names, unverified. Raises NotProved where it cannot be read."""
    try:
        return parsed(claim[0])[0].name
    except x509.CertificateError as error:
        raise NotProved(NOT_GENUINE, str(error))


def kind(name: str) -> str:
    """Return what a contract's name is: EMAID (ISO 15118-2, annex H), EVCOID (DIN SPEC 91286) or OTHER."""
    plain = name.replace("-", "").replace("*", "").upper()
    for letter in plain:
        if not ("A" <= letter <= "Z" or "0" <= letter <= "9"):
            return "OTHER"
    if len(plain) < 2 or not ("A" <= plain[0] <= "Z" and "A" <= plain[1] <= "Z"):
        return "OTHER"
    # The last place of both is a check digit, which an EMAID may leave out.
    return "EMAID" if 14 <= len(plain) <= 15 else "EVCOID" if len(plain) == 12 else "OTHER"


def _is_printable(text: str) -> bool:
    for letter in text:
        if not " " <= letter <= "~":
            return False
    return text != ""


def _certificates() -> "Dialogue":
    """Read the card's certificate and what stands behind it: that of its issuer, or nothing."""
    content, number = b"", 0
    while number < USUAL_PIECES or (number < MOST_PIECES and _is_open(content)):
        piece, status = yield from apdu.exchange(apdu.command(CLA, READ, number, 0, b"", 256))
        if status not in (statuses.SW_OK, END_OF_FILE) or not piece:
            if number:
                break
            told = (status, apdu.meaning(status))
            raise CardError("the card refused to give its certificate with status %04X (%s)" % told)
        content += piece
        number += 1
    return content


def _is_open(content: bytes) -> bool:
    """Return whether the last certificate announces more than came."""
    try:
        while content:
            size = asn1.size(content)
            if size > len(content):
                return size <= x509.MAX_BYTES
            content = content[size:]
    except CryptoError:
        pass
    return False


def parsed(content: bytes) -> "list[Certificate]":
    """Return the card's certificate and that of an issuer behind it. Raises x509.CertificateError."""
    try:
        end = asn1.size(content)
    except CryptoError:
        end = len(content)
    first, behind = content[:end], content[end:]
    if not behind or behind[0] != asn1.SEQUENCE:
        # What follows is no certificate: the reading of the whole says so.
        return [x509.parse(content)]
    return [x509.parse(first), x509.parse(behind)]


def _raw(signature: bytes) -> bytes:
    """Return r and s of a signature as cards write it, bare or in DER."""
    if len(signature) == SIGNATURE_BYTES:
        return signature
    try:
        return der.raw_signature(signature)
    except CryptoError as error:
        raise NotProved(NOT_GENUINE, "the card signed with %s" % error)
