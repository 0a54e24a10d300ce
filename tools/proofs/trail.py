"""Follows a terminal from its first key to those that came after it, by the records that announced them.

It does not know what else is signed. A key that was given is believed; of a ledger or a register alone its
first key is, as nobody can say more of it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from emulator.ledger_folder import LedgerFolder
from firmware.crypto import jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import announced, chain, rotation
from tools import curves, inputs, keys
from tools.proofs import records

# A register of a terminal that changed its key every week for twenty years has a megabyte.
MAX_BYTES = 8_000_000
SHORTEST = 800
FORMS = f"{keys.FORMS}; a register of keys; or a ledger, whose changes of keys are followed"
_RECORD = re.compile(rb"(?:[0-9a-f]{8} )?([\w-]+\.[\w-]+\.[\w-]+)\s*")


class _Trail(NamedTuple):
    """The keys that a ledger or a register tells itself, and its records that announce others."""

    own: list[keys.PublicKey]
    announced: list[str]
    is_register: bool


def read(paths: Iterable[str]) -> list[keys.PublicKey]:
    """Return the keys of files, and all to which a ledger or a register among them leads.

    Raises ClickException (a KeyProblem, mostly), OSError.
    """
    return found_in([(path, content_of(path)) for path in paths])


def content_of(path: str) -> bytes | None:
    """Return what a file holds, of one that is too long a part; None for a folder. Raises as `read` does."""
    return None if Path(path).is_dir() else inputs.read(path, MAX_BYTES)


def found_in(files: Iterable[tuple[str, bytes | None]]) -> list[keys.PublicKey]:
    """Do what `read` does with files that were read: a pipe gives nothing the second time."""
    # Read whole before anything is followed: the order in which files are named does not matter.
    given: list[keys.PublicKey] = []
    trails: list[tuple[str, _Trail]] = []
    for path, content in files:
        found = _trail(path, content)
        if found is None:
            given += keys.of(content or b"", path)
        else:
            trails.append((path, found))
    reached: list[keys.PublicKey] = []
    for path, trail in sorted(trails, key=lambda one: not one[1].is_register):
        # A ledger speaks for itself only where nobody else does.
        begins = [key for key in given if key.p256()] or reached or trail.own[:1]
        if trail.is_register:
            begins = [key for key in given if key.p256()] or trail.own[:1]
        if not begins:
            told = "its first record carries no key; give the terminal's first key, or a register, too"
            raise keys.KeyProblem(f"{path}: {told}")
        followed = follow(begins, trail.announced)
        if not {key.point for key in trail.own} <= {key.point for key in followed}:
            raise keys.KeyProblem(f"{path}: it holds a key to which no record leads from {_names(begins)}")
        reached = followed + _others(reached, followed)
    return reached + _others(given, reached)


def _others(found: list[keys.PublicKey], known: list[keys.PublicKey]) -> list[keys.PublicKey]:
    points = {key.point for key in known}
    return [key for key in found if key.point not in points]


def follow(begins: list[keys.PublicKey], announcements: Iterable[str]) -> list[keys.PublicKey]:
    """Return the keys to begin with and those that follow, each with the records that it signs.

    What no known key signed is passed over: it is another terminal's, or a forgery.
    """
    known = {jose.thumbprint(key.p256() or b""): key for key in begins}
    for compact in announcements:
        try:
            old = known[jose.kid(compact)]
            payload = chain.payload_of(compact, keys.verifier(old.p256() or b""))
            public = rotation.successor(payload, jose.kid(compact), keys.verifier)
        except (KeyError, CryptoError, LedgerError):
            continue
        seq, terminal = payload["seq"], str(payload["terminal"])
        before = old.span or keys.Span(terminal, 1, None, None)
        # A key announces one other, while it is in force: whoever steals it later signs nothing older.
        if payload.get("kind") != chain.KEY_ROTATED or before.to_seq is not None or not before.holds(payload):
            continue
        known[jose.kid(compact)] = old._replace(span=before._replace(to_seq=seq))
        span = keys.Span(terminal, seq + 1, None, payload.get("at"))
        known[jose.thumbprint(public)] = keys.PublicKey(curves.CURVES[0], b"\x04" + public, span)
    return list(known.values())


def announcements(compacts: Iterable[str]) -> Iterator[str]:
    """Yield the records that announce a key, of all that there are."""
    for compact in compacts:
        # Two keys and two signatures are longer: most records need not be read.
        if len(compact) < SHORTEST:
            continue
        try:
            if chain.payload_of(compact, None).get("kind") == chain.KEY_ROTATED:
                yield compact
        except LedgerError:
            continue


def register_of(path: str, first: Iterable[str]) -> dict[str, Any]:
    """Return the register of a ledger's keys, from its first key or a given one. Raises KeyProblem."""
    content = content_of(path)
    found = _trail(path, content)
    if found is None:
        raise keys.KeyProblem(f"{path} is no ledger, and no record")
    named = [(one, content_of(one)) for one in first]
    return register(found_in([*named, (path, content)]), found.announced)


def register(found: list[keys.PublicKey], announced: list[str]) -> dict[str, Any]:
    """Return a register: a JWK set (RFC 7517, 5) with which records each key signs, and the proof."""
    listed: list[dict[str, Any]] = []
    for key in found:
        public, span = key.p256() or b"", key.span or keys.Span("", 1, None, None)
        told = {"alg": "ES256", "kid": jose.thumbprint(public), "use": "sig", "terminal": span.terminal}
        signs = {"from_seq": span.from_seq, "to_seq": span.to_seq, "since": span.at}
        listed.append({**jose.jwk(public), **told, **signs})
    return {"keys": listed, "trail": announced}


def _trail(path: str, content: bytes | None) -> _Trail | None:
    """Return what a ledger's folder, or the content of a file, tells; None for a mere key."""
    if content is None:
        compacts = list(announced.compacts(LedgerFolder(path)))
        if not compacts:
            raise keys.KeyProblem(f"{path}: this folder holds no ledger, and a key is a file")
        return _Trail(_carried(compacts[:1]), list(announcements(compacts)), False)
    if len(content) > MAX_BYTES:
        raise keys.KeyProblem(f"{path}: this is far too long for a key, a register or a ledger's file")
    lines = [_RECORD.fullmatch(line) for line in content.rstrip(b"\0").splitlines()]
    if lines and lines[0]:
        compacts = [line[1].decode() for line in lines if line]
        return _Trail(_carried(compacts[:1]), list(announcements(compacts)), False)
    if not content.lstrip().startswith(b"{") or b'"trail"' not in content:
        return None
    try:
        document = json.loads(content)
        trail = document["trail"]
        if not isinstance(trail, list) or not all(isinstance(one, str) and one.isascii() for one in trail):
            raise ValueError("trail has to be a list of records")
    except RecursionError:
        raise keys.KeyProblem(f"{path}: this is no register of keys: it is nested too deep") from None
    except (ValueError, KeyError, TypeError) as error:
        raise keys.KeyProblem(f"{path}: this is no register of keys: {error}") from error
    listed = keys.of(json.dumps({"keys": document.get("keys", [])}).encode(), path)
    return _Trail(listed, trail, True)


def _carried(compacts: list[str]) -> list[keys.PublicKey]:
    public = records.carried(compacts[0]) if compacts else None
    if public is None:
        return []
    span = keys.Span(str(chain.payload_of(compacts[0], None).get("terminal")), 1, None, None)
    return [keys.PublicKey(curves.CURVES[0], b"\x04" + public, span)]


def _names(found: list[keys.PublicKey]) -> str:
    return ", ".join(jose.thumbprint(key.p256() or b"")[:8] + "…" for key in found)
