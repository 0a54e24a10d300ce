"""Says what a change of keys is: a record under the old key that names the new one, which proves itself.

It does not know where keys are kept, who signs, or which key a ledger began with. By these records alone,
each of which the key before signed, a stranger gets from a terminal's first key to any later one.
"""

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError

PROOF_TYPE = "key-proof+jws"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from firmware.ledger.chain import Verify


def proof_input(terminal: str, seq: int, replaces: str, public: bytes) -> bytes:
    """Return what the new key signs to prove that it is at hand: terminal, number of the record, old key.

    `replaces` is the thumbprint (RFC 7638) of the key that announces it. The result is a signing input of
    RFC 7515, 5.1.
    """
    header = {"alg": "ES256", "kid": jose.thumbprint(public), "typ": PROOF_TYPE}
    statement = {"replaces": replaces, "seq": seq, "terminal": terminal}
    return jose.signing_input(header, canonical.encode(statement))


def members(replaces: str, public: bytes, proved: bytes, signature: bytes) -> "dict[str, Any]":
    """Return what `key.rotated` adds to a record; `signature` is the new key's over `proved`."""
    return {"key": jose.jwk(public), "proof": jose.compact(proved, signature), "replaces": replaces}


def followed(
    payload: "dict[str, Any]", current: str, verifier: "Callable[[bytes], Verify] | None"
) -> "tuple[str, bytes, Verify]":
    """Return thumbprint, key and how it verifies, of the key that a record announces. Raises LedgerError."""
    if verifier is None:
        raise LedgerError("a change of keys, and nothing here can follow it")
    public = successor(payload, current, verifier)
    return jose.thumbprint(public), public, verifier(public)


def successor(payload: "dict[str, Any]", current: str, verifier: "Callable[[bytes], Verify]") -> bytes:
    """Return the new key (X and Y) that the payload of a verified `key.rotated` announces.

    `current` is the thumbprint of the key that signed the record, `verifier(public)` returns how a key
    verifies. Raises LedgerError with what is wrong: then nothing changes hands.
    """
    try:
        public = jose.public_from_jwk(payload.get("key") or {})
        proved = proof_input(payload["terminal"], payload["seq"], current, public)
        proof = payload.get("proof")
        if not isinstance(proof, str) or not proof.startswith(proved.decode() + "."):
            raise LedgerError("a change of keys whose proof is not that of the new key for this record")
        signature = jose.split(proof, PROOF_TYPE)[2]
    except (CryptoError, KeyError) as error:
        raise LedgerError("a change of keys that cannot be followed: %s" % error)
    if payload.get("replaces") != current or jose.thumbprint(public) == current:
        raise LedgerError("a change of keys that does not replace the key %s… by another" % current[:8])
    if not verifier(public)(proved, signature):
        raise LedgerError("a change of keys that the new key did not sign: whoever announced it has it not")
    return public
