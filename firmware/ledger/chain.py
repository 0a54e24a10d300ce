"""Checks that each record continues the one before it: signature, terminal, sequence and hash.

It does not know keys (`verify` is handed in) or where records are kept; the back office uses it as well.
"""

import hashlib

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError

RECORD_TYPE = "record+jws"
# The kind of record by which a terminal changes its key; firmware.ledger.rotation says what stands in it.
KEY_ROTATED = "key.rotated"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    # (signing input, signature) in, whether the terminal's key made it out. The input is bytes or a view.
    Verify = Callable[[Any, bytes], bool]


def hash(compact: "str | bytes | memoryview") -> str:
    """Return what the next record's `prev` holds: SHA-256 of the compact JWS, base64url."""
    content = compact.encode() if isinstance(compact, str) else compact
    return jose.b64url(hashlib.sha256(content).digest())


class Chain:
    """The place that one terminal's ledger has reached."""

    def __init__(
        self,
        terminal: str,
        first_prev: str,
        verify: "Verify",
        next_seq: int = 1,
        prev: "str | None" = None,
        decode: "Callable[[bytes], Any]" = canonical.decode,
        verifier: "Callable[[bytes], Verify] | None" = None,
    ) -> None:
        """Begin with the key's thumbprint, or go on after a record whose hash is `prev`.

        `decode` reads a canonical payload: a server has faster means than the terminal's, equally strict.
        `verifier(public)` returns how a key verifies: with it the chain follows a change of keys, without it
        such a record is refused.
        """
        self.terminal = terminal
        self.next_seq = next_seq
        self.prev = first_prev if prev is None else prev
        # Thumbprint of the key that signs the next record, and the key itself after it has changed.
        self.key = first_prev
        self.public: "bytes | None" = None
        self._verifier = verifier
        self._verify = verify
        self._decode = decode

    def check(self, compact: "str | bytes") -> "dict[str, Any]":
        """Return the payload of the next record; LedgerError with the reason, and no step, if it is none."""
        payload = payload_of(compact, self._verify, self._decode)
        if jose.kid(compact) != self.key:
            raise LedgerError(
                "a record that names the key %s…, not %s…" % (jose.kid(compact)[:8], self.key[:8])
            )
        return self.follow(payload, hash(compact))

    def follow(self, payload: "dict[str, Any]", record_hash: str) -> "dict[str, Any]":
        """Do the same with the payload of a record whose signature holds, and its hash."""
        for member, expected in (("terminal", self.terminal), ("seq", self.next_seq), ("prev", self.prev)):
            found = payload.get(member)
            # A JSON true would pass for the number 1.
            if found != expected or found is True:
                raise LedgerError("a record whose %s is %r, not %r" % (member, found, expected))
        if payload.get("kind") == KEY_ROTATED:
            # In memory only for this once.
            from firmware.ledger import rotation

            self.key, self.public, self._verify = rotation.followed(payload, self.key, self._verifier)
        self.next_seq += 1
        self.prev = record_hash
        return payload


def payload_of(
    compact: "str | bytes", verify: "Verify | None", decode: "Callable[[bytes], Any]" = canonical.decode
) -> "dict[str, Any]":
    """Return a record's payload; LedgerError when form, signature or canonical bytes do not hold."""
    try:
        payload = decode(_content(compact, verify))
    except CryptoError as error:
        raise LedgerError("no record: %s" % error)
    if not isinstance(payload, dict):
        raise LedgerError("no record: the payload is no object")
    return payload


def _content(compact: "str | bytes", verify: "Verify | None") -> bytes:
    """Return the payload's bytes alone, so that what was signed need not be kept while they are read."""
    content, signing_input, signature = jose.split(compact, RECORD_TYPE)
    if verify is not None and not verify(signing_input, signature):
        raise LedgerError("a record whose signature does not hold")
    return content
