"""Tells which records a ledger lacks by its own word: a signed `ledger.damaged` names them, and nothing else.

It does not know signatures: which gaps a record names that holds is firmware/ledger/audit's to say.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from firmware.ledger import chain, damage
from tools.proofs import naming
from tools.proofs.proof import Proof

Payload = dict[str, Any]
Problem = dict[str, Any]

# What the audit tells of a record that goes on from before the lost end of its ledger.
_NO_HASH = "prev is not the hash of the record before"


class Gap(NamedTuple):
    """Records that are lost, the first and the last, the number of the record that names them, and why."""

    first_seq: int
    last_seq: int
    named_by: int
    why: object

    def __str__(self) -> str:
        return span(self.first_seq, self.last_seq)


class Lost:
    """What a ledger declares as lost, and whether that is so."""

    def __init__(self, found: Iterable[tuple[str, Payload]] = (), problems: Iterable[Problem] = ()) -> None:
        """Read the records of a ledger and what an audit (`firmware.ledger.audit`) found wrong with it."""
        # By the number of the record behind it.
        self.gaps: dict[int, Gap] = {}
        # Records that go on from before a lost end which is there: others got it before it was lost.
        self.goes_back: set[int] = set()
        # What the declarations claim and is not so, as (number of the record, sentence).
        self.wrong: list[tuple[object, str]] = []
        # Numbers of receipts that were given and are nowhere: lost_receipts finds them.
        self._terminal = ""
        self._receipts: list[range] = []
        declared = {each["seq"]: each["declared"] for each in problems if "declared" in each}
        hashes: dict[int, str] = {}
        named: list[Payload] = []
        for compact, payload in found:
            seq = payload.get("seq")
            if isinstance(seq, int):
                hashes[seq] = chain.hash(compact)
            if payload.get("kind") == damage.KIND:
                named.append(payload)
        self._find(sorted(hashes), declared, named)
        for payload in named:
            self._hold(hashes, payload)

    def _find(self, there: list[int], declared: dict[int, int], named: list[Payload]) -> None:
        last_seq = 0
        for seq in there:
            by_seq = declared.get(seq) if seq > last_seq + 1 else None
            for payload in named if by_seq else ():
                told = damage.span(payload)
                if told and payload.get("seq") == by_seq:
                    first_seq = max(last_seq + 1, told[0])
                    self.gaps[seq] = Gap(first_seq, seq - 1, payload["seq"], payload.get("why"))
            last_seq = seq

    def _hold(self, hashes: dict[int, str], payload: Payload) -> None:
        """Hold what one record names against what is there."""
        seq, named = payload.get("seq"), damage.span(payload)
        if named is None:
            self.wrong.append((seq, "it names no records before it as lost"))
            return
        first_seq, last_seq, next_prev = named
        there = sorted(each for each in hashes if first_seq <= each <= last_seq)
        if not there:
            return
        # Who lost the end of a ledger names it at once, and goes on from what is known of it.
        ends = hashes.get(first_seq - 1, next_prev), hashes.get(last_seq)
        if seq == last_seq + 1 and payload.get("prev") == next_prev and next_prev in ends:
            self.goes_back.add(last_seq + 1)
            return
        some = f"{len(there)} of them, the first record {there[0]}, are"
        count = "it is" if first_seq == last_seq else some
        self.wrong.append((seq, f"it names {span(first_seq, last_seq)} as lost, and {count} there"))

    def excuses(self, problem: Problem) -> bool:
        """Return whether what an audit found is only that records are lost which the ledger names."""
        is_back = problem["what"] == _NO_HASH and problem["seq"] in self.goes_back
        return is_back or "declared" in problem

    def is_behind(self, seq: object) -> bool:
        """Return whether what a record goes on from is not what stands before it."""
        return isinstance(seq, int) and (seq in self.gaps or seq in self.goes_back)

    def receipts_are(self, terminal: str, numbers: range) -> None:
        """Take it that receipts of these numbers are lost; a later record may tell of more after them."""
        self._terminal = terminal
        if self._receipts and self._receipts[-1].start == numbers.start:
            self._receipts.pop()
        self._receipts.append(numbers)

    def holds_receipt(self, name: object) -> bool:
        """Return whether a receipt is one of those that are lost."""
        number = naming.number(name, self._terminal)
        return any(number in each for each in self._receipts)

    def _receipt_names(self, numbers: range) -> str:
        first, last = (f"{self._terminal}-{number:06}" for number in (numbers[0], numbers[-1]))
        return first if first == last else f"{first} to {last}"

    def tell(self, proof: Proof, is_rest_whole: bool) -> None:
        """Say which records are lost, or what is wrong with what the ledger says of them; and that nothing
        else is missing, where the chain shows it.
        """
        proof.lost = [gap._asdict() for _, gap in sorted(self.gaps.items())]
        proof.lost_receipts = [self._receipt_names(each) for each in self._receipts]
        problems = [f"record {seq}: {told}" for seq, told in self.wrong]
        if not (problems or self.gaps or self.goes_back):
            return
        told = [f"{gap} lost, as record {gap.named_by} says" for _, gap in sorted(self.gaps.items())]
        told += [f"what record {seq} names as lost is there" for seq in sorted(self.goes_back)]
        if proof.lost_receipts:
            told.append(f"with them the receipts {', '.join(proof.lost_receipts)}")
        told += ["no other record is missing"] if is_rest_whole else []
        proof.found("damage", problems, "; ".join(told))


def span(first_seq: int, last_seq: int) -> str:
    """Return in words which records are meant."""
    return f"record {first_seq}" if first_seq == last_seq else f"records {first_seq} to {last_seq}"
