"""Verifies one record of a terminal's ledger: its form, its signature, and what a receipt says.

It does not know the records around it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from firmware.crypto import jose, jsontext
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import chain
from firmware.receipts import shortcode
from tools import keys
from tools.proofs import receipts
from tools.proofs.proof import NO_KEY, Proof


def verify(compact: str, given: list[keys.PublicKey], prices: receipts.Prices) -> Proof:
    """Verify a compact JWS by the key given that it names, or by the one that it introduces."""
    proof = Proof("record")
    try:
        payload = chain.payload_of(compact, None)
    except LedgerError as error:
        proof.check("form", False, str(error))
        return proof
    proof.check(
        "form", True, "a compact JWS with ES256 over a payload in canonical form (RFC 7515, RFC 8785)"
    )
    public = choose(kid(compact), given) if given else carried(compact)
    _signature(proof, compact, payload, public, given)
    if payload.get("kind") in receipts.KINDS:
        proof.kind = "receipt"
        proof.code = code_of(compact)
        proof.check("short code", True, f"{proof.code}, as the terminal showed it")
        at_hand = [public] if public else [one for one in map(keys.PublicKey.p256, given) if one]
        receipts.check(proof, payload, at_hand, prices, given)
    return proof


def code_of(compact: str) -> str:
    """Return the short code of a receipt. Raises CryptoError."""
    return shortcode.of(jose.split(compact, chain.RECORD_TYPE)[2])


def kid(compact: str | None) -> str:
    """Return the thumbprint of the key that a record names."""
    try:
        return str(jsontext.parse(jose.unb64url((compact or "").split(".")[0]))["kid"])
    except (CryptoError, KeyError, TypeError):
        return "?"


def choose(thumbprint: str, given: list[keys.PublicKey]) -> bytes | None:
    """Return the key of a thumbprint, X and Y, or None."""
    at_hand = [public for public in map(keys.PublicKey.p256, given) if public]
    return next((public for public in at_hand if jose.thumbprint(public) == thumbprint), None)


def signed(
    compacts: Iterable[str], given: list[keys.PublicKey], kinds: tuple[str, ...] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the payloads of records that one of the keys given signed: of all kinds, or of those named."""
    for compact in compacts:
        try:
            # A signature takes longer to verify than a record to read.
            if kinds and chain.payload_of(compact, None).get("kind") not in kinds:
                continue
            public = choose(kid(compact), given)
            if public is not None:
                yield chain.payload_of(compact, keys.verifier(public))
        except LedgerError:
            continue


def span_of(public: bytes, given: list[keys.PublicKey]) -> keys.Span | None:
    """Return which records a key signs, where that was told with it."""
    return next((key.span for key in given if key.p256() == public), None)


def carried(compact: str | None) -> bytes | None:
    """Return the key that a `boot` record introduces, if it is the one that the record names."""
    try:
        public: bytes = jose.public_from_jwk(chain.payload_of(compact or "", None)["key"])
    except (LedgerError, CryptoError, KeyError):
        return None
    return public if jose.thumbprint(public) == kid(compact) else None


def _signature(
    proof: Proof,
    compact: str,
    payload: dict[str, Any],
    public: bytes | None,
    given: list[keys.PublicKey],
) -> None:
    if public is None:
        why = f"it names the key {kid(compact)}, which was not given" if given else NO_KEY
        if given:
            why += " and to which none of those given leads; a ledger or a register of keys tells the way"
        proof.check("signature", False, why)
        return
    _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
    holds = keys.verifier(public)(signing_input, signature)
    source = "which was given" if given else "which the record itself carries"
    told = "by" if holds else "not made over this content by"
    span = span_of(public, given)
    if span is not None:
        source = f"{span}"
        holds = holds and span.holds(payload)
    proof.check("signature", holds, f"{told} the key {jose.thumbprint(public)}, {source}")
