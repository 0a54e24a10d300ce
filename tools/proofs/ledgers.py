"""Verifies a whole ledger: its chain, and what its receipts say of themselves and of one another.

It does not know how one record is verified alone.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import click

from emulator.ledger_folder import LedgerFolder
from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import announced, audit, chain, checkpoint, segment
from tools import keys
from tools.proofs import corrections, ledger_files, meters_key, order, receipts, records, sessions
from tools.proofs.lost import Lost
from tools.proofs.proof import Proof

# So many problems of the chain, and so many of receipts, are told one by one.
MAX_TOLD = 100
# A segment of a ledger has 64 kB, and so has a long container; a file of records may hold thousands.
MAX_BYTES = 8_000_000
# A record is some hundred bytes long.
MAX_LINES = 50_000


class Lines:
    """Records, one a line, as a ledger's storage: what was uploaded, or one file of a ledger."""

    def __init__(self, content: bytes) -> None:
        is_ledger = content[8:9] == b" "
        lines = [] if is_ledger else [line.strip() for line in content.splitlines()]
        self._content = (
            content if is_ledger else b"".join(segment.encode_line(line) for line in lines if line)
        )

        firsts = (segment.seq_of(each[1]) for each in segment.scan(self._content) if each[1])
        # An office gives out a part of a ledger, too, and a segment alone is one.
        self.first_seq = next(firsts, None) or 1
        self._name = segment.name(self.first_seq)

    def names(self) -> list[str]:
        return [self._name]

    def read(self, name: str, offset: int = 0, count: int | None = None) -> bytes:
        if name != self._name:
            return b""
        return self._content[offset:] if count is None else self._content[offset : offset + count]


def verify(storage: Any, path: str, given: list[keys.PublicKey], prices: receipts.Prices) -> Proof:
    """Verify what `storage_of` a path returns by the keys given, or by the key that its first record
    introduces. Records that are lost make it fail, but those that a signed record of it names.
    """
    proof = Proof("ledger")
    found = check_folder(path, given) if isinstance(storage, LedgerFolder) else check(storage, path, given)
    lost = Lost(_payloads(storage), found["problems"])
    problems = [problem for problem in found["problems"] if not lost.excuses(problem)]
    for problem in problems[:MAX_TOLD]:
        proof.check(place(problem) or "ledger", False, problem["what"])
    why = f"{found['records']} records, each signed, in sequence and chained to the one before"
    begins = getattr(storage, "first_seq", 1)
    if begins > 1:
        why += f"; what was before record {begins} is not there and cannot be checked"
    if lost.gaps or lost.goes_back:
        why += "; but for what the ledger declares as lost"
    proof.check("chain", not problems, _see_above(len(problems) - MAX_TOLD) if problems else why)
    first = _first(storage)
    public = _key(first, given)
    told = Proof("receipts")
    count = 0
    at_hand = {jose.thumbprint(public): public} if public else {}
    for compact in announced.compacts(storage):
        count += _receipt(told, compact, at_hand, prices, given)
    wrong = [(name, holds, why) for name, holds, why in told.checks if not holds]
    proof.checks += wrong[:MAX_TOLD]
    failing = [f"{len(wrong)} checks of them do not hold"] if wrong else []
    proof.found("receipts", failing, f"{count} receipts, each with its sums, prices and meter's record")
    _meter_keys(proof, storage, lost)
    told_order = list(order.check((each for _, each in _payloads(storage)), lost))
    proof.found("order", told_order, "numbers without a gap, registers and times that run forward")
    sessions.check(proof, (each for _, each in _payloads(storage)), lost)
    corrections.check(proof, _payloads(storage), lost)
    lost.tell(proof, not problems)
    return proof


def _see_above(untold: int) -> str:
    return f"see above, and {untold} problems more" if untold > 0 else "see above"


def storage_of(path: str, content: bytes | None) -> Any:
    """Return a ledger's folder, or the content of its file or of one of records, as the storage in which a
    ledger lies.

    Raises ClickException for a file that is too long for it, OSError.
    """
    if content is None:
        return open_folder(path)
    if len(content) > MAX_BYTES:
        raise click.ClickException(
            f"{path} has more than {MAX_BYTES // 1_000_000} MB, which no file of records has"
        )
    if content.count(b"\n") > MAX_LINES:
        raise click.ClickException(f"{path} has more than {MAX_LINES} lines, which no file of records has")
    return Lines(content)


def open_folder(path: str) -> LedgerFolder:
    """Return a ledger's folder. Raises ClickException, with what to do, where there is none to be read."""
    try:
        folder = LedgerFolder(path)
        for name in folder.names():
            folder.read(name, 0, 1)
    except FileNotFoundError as error:
        told = f"{path} is not there; name the folder that `ledger` names in the terminal's configuration"
        raise click.ClickException(told) from error
    except NotADirectoryError as error:
        told = f"{path} is a file; name the folder in which the ledger lies (`kilotap verify` reads one file)"
        raise click.ClickException(told) from error
    except PermissionError as error:
        told = f"{error.filename} may not be read by this user; ask as the terminal's own user, or as root"
        raise click.ClickException(told) from error
    if not _has_ledger(folder):
        raise click.ClickException(f"{path} holds no ledger: there is no file ledger-….log in it")
    return folder


def _has_ledger(storage: Any) -> bool:
    return any(name.startswith((segment.PREFIX, *checkpoint.SLOTS)) for name in storage.names())


def unread(storage: Any) -> list[str]:
    """Return the names of the segments that stand where nobody reads them."""
    kept = audit.in_place(storage)
    return sorted(name for name in storage.names() if name.startswith(segment.PREFIX) and name not in kept)


def place(problem: dict[str, Any]) -> str:
    """Return in words where a problem of a ledger is, empty where it is everywhere."""
    if not problem["file"]:
        return ""
    record = "" if problem["seq"] is None else f", record {problem['seq']}"
    name = problem["file"] if problem["file"].isprintable() else ascii(problem["file"])
    return f"{name}, byte {problem['offset']}{record}"


def check_folder(path: str, given: list[keys.PublicKey]) -> dict[str, Any]:
    """Return `{"holds", "records", "problems"}` of a ledger's folder, of every file in it."""
    folder = open_folder(path)
    found = check(folder, path, given)
    problems = found["problems"] + ledger_files.problems(folder, (told for _, told in _payloads(folder)))
    problems += ledger_files.unreadable(folder)
    return {**found, "holds": not problems, "problems": problems}


def check(storage: Any, path: str, given: list[keys.PublicKey]) -> dict[str, Any]:
    """Check checksums, signatures and chain, by a given key or its first record's."""
    if not segment.oldest(storage):
        if not _has_ledger(storage):
            raise click.ClickException(f"{path} holds no ledger: there is no file ledger-….log in it")
        return audit.check_ledger(storage, None)
    public = _key(_first(storage), given)
    if public is not None:
        thumbprint = jose.thumbprint(public)
        begins = getattr(storage, "first_seq", 1)
        return audit.check_ledger(storage, keys.verifier(public), None, thumbprint, keys.verifier, begins)
    found = audit.check_ledger(storage, None)
    what = (
        "no given key is the one that signed the first record" if given else "its first record carries no key"
    )
    problem = {"seq": None, "file": None, "offset": None, "what": f"signatures: {what}"}
    return {**found, "holds": False, "problems": [problem, *found["problems"]]}


def _first(storage: Any) -> str | None:
    return next(announced.compacts(storage), None)


def _key(first: str | None, given: list[keys.PublicKey]) -> bytes | None:
    if first is None:
        return None
    return records.choose(records.kid(first), given) if given else records.carried(first)


def _payloads(storage: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for compact in announced.compacts(storage):
        try:
            yield compact, chain.payload_of(compact, None)
        except LedgerError:
            continue


def _receipt(
    told: Proof,
    compact: str,
    at_hand: dict[str, bytes],
    prices: receipts.Prices,
    given: list[keys.PublicKey],
) -> int:
    """Check what a receipt says of itself; return how many receipts it is.

    A key that the record announces is added to those at hand; whether it may be is the chain's to say.
    """
    try:
        payload = canonical.decode(jose.unb64url(compact.split(".")[1]))
    except (CryptoError, IndexError):
        return 0
    if not isinstance(payload, dict):
        return 0
    if payload.get("kind") == chain.KEY_ROTATED:
        at_hand.update(_announced(payload))
    if payload.get("kind") not in receipts.KINDS:
        return 0
    one = Proof("receipt")
    public = at_hand.get(records.kid(compact))
    receipts.check(one, payload, [public] if public else [], prices, given)
    told.checks += [(f"{payload.get('receipt')}: {name}", holds, why) for name, holds, why in one.checks]
    return 1


def _announced(payload: dict[str, Any]) -> dict[str, bytes]:
    try:
        public = jose.public_from_jwk(payload["key"])
    except (CryptoError, KeyError):
        return {}
    return {jose.thumbprint(public): public}


def _meter_keys(proof: Proof, storage: Any, lost: Lost) -> None:
    """Hold the key by which each meter's own record was signed against the one of its commissioning.

    Where records are lost the meter may have been exchanged in them: which key is the right one is not known.
    """
    known: meters_key.Pinned | None = None
    signed, wrong = 0, []
    for _, payload in _payloads(storage):
        if lost.is_behind(payload.get("seq")):
            known = None
        known = meters_key.after(known, payload)
        if payload.get("kind") == "session.ended" and "meter_key" in payload:
            signed += 1
            if known is not None and payload["meter_key"] != known.key:
                wrong.append(f"{payload.get('receipt')}: not the key of the meter that was commissioned")
    if known is None:
        if wrong:
            proof.found("meter keys", wrong, "")
        return
    if not signed:
        return
    try:
        told = hashlib.sha256(bytes.fromhex(known.key)).hexdigest()
    except ValueError:
        wrong, told = ["the commissioned key is not hexadecimal"], ""
    why = f"{signed} receipts signed by their meter with the key of its commissioning, SHA-256 {told} now"
    proof.found("meter keys", wrong, why)
