"""The enrolment of a terminal: its public key, with a code that the operator gave to whoever installs it.

It does not know how bytes travel, and never sees the private key. `docs/protocol.md` has an example.
"""

from firmware.crypto import canonical, jose
from firmware.uplink import answers

CONTENT_TYPE = "application/json"


def path(terminal: str) -> str:
    """Return the path to POST to."""
    return answers.path(terminal, "enrol")


def body(code: str, public: bytes) -> bytes:
    """Return the body: the code and the public key (X and Y, 64 bytes) as a JWK."""
    return canonical.encode({"code": code, "key": jose.jwk(public)})


def answer(status: int, body: bytes) -> None:
    """Return when the office enrolled the terminal; UplinkError with what it said otherwise."""
    if status in (401, 403):
        raise answers.refusal(status, body, "the code is wrong or was used: ask the operator for a new one")
    if status not in (200, 201):
        raise answers.refusal(status, body)
    # Some page in between may say 200 as well; the office answers with an object.
    answers.read(status, body)
