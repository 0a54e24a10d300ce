"""The enrolment of a terminal: its public key, with a code that the operator gave to whoever installs it.

It does not know how bytes travel, and never sees the private key. `docs/protocol.md` has an example.
"""

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, UplinkError
from firmware.uplink import answers

CONTENT_TYPE = "application/json"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def path(terminal: str) -> str:
    """Return the path to POST to."""
    return answers.path(terminal, "enrol")


def body(code: str, public: bytes) -> bytes:
    """Return the body: the code and the public key (X and Y, 64 bytes) as a JWK."""
    return canonical.encode({"code": code, "key": jose.jwk(public)})


def answer(status: int, body: bytes) -> "dict[str, Any] | None":
    """Return the operator's key (a JWK), None where the office tells none, when it enrolled the terminal.

    Raises UplinkError with what it said otherwise.
    """
    if status in (401, 403):
        raise answers.refusal(status, body, "the code is wrong or was used: ask the operator for a new one")
    if status not in (200, 201):
        raise answers.refusal(status, body)
    # Some page in between may say 200 as well; the office answers with an object.
    key = answers.read(status, body).get("operator_key")
    if key is None:
        return None
    try:
        jose.public_from_jwk(key)
    except (AttributeError, CryptoError) as error:
        raise UplinkError("the office told an operator's key that is none: %s" % error)
    told: "dict[str, Any]" = key
    return told
