"""Gives the corrections that an order asks for their places: where the receipt's record stands, which number.

It does not know what a terminal makes of them. A number is given once for all, whatever becomes of its order,
and of a receipt that is cancelled nothing is left to cancel or correct.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from firmware.receipts import correction
from firmware.uplink import changes as rules
from tools.backoffice.errors import NotPossible
from tools.backoffice.orders import following
from tools.backoffice.orders.models import Order
from tools.backoffice.records.models import Record


class _Corrections(NamedTuple):
    """Of a receipt: where its record stands, the newest number given, and in words what cancels it."""

    seq: int
    number: int
    cancelled: str


def placed(identity: str, changes: dict[str, Any], is_judged: bool) -> dict[str, Any]:
    """Return changes whose commands say where the receipt's record stands, and which correction it gets.

    Raises NotPossible for receipts that the office does not have; where it judges also for those that are
    cancelled, and for numbers that somebody gave.
    """
    if not isinstance(changes.get("commands"), list):
        return changes
    known: dict[str, _Corrections] = {}
    problems: list[str] = []
    commands = []
    for place, command in enumerate(changes["commands"]):
        if not isinstance(command, dict) or not isinstance(command.get("receipt"), str):
            commands.append(command)
            continue
        receipt = command["receipt"]
        before = known.get(receipt) or _corrections(identity, receipt)
        if is_judged:
            problems += [f"commands/{place}: {told}" for told in _problems(command, receipt, before)]
        is_last = command.get("command") == rules.CANCEL
        after = before._replace(
            number=before.number + 1,
            cancelled=f"command {place} of this order cancels it" if is_last else before.cancelled,
        )
        known[receipt] = after
        commands.append({"seq": after.seq, "number": after.number, **command})
    if problems:
        raise NotPossible(problems)
    return {**changes, "commands": commands}


def _problems(command: dict[str, Any], receipt: str, before: _Corrections) -> Iterator[str]:
    if before.cancelled:
        # Whether there is such a command is judged with the rest of the order.
        verb = "corrected any more" if command.get("command") == rules.CORRECT else "cancelled again"
        yield f"receipt {receipt} cannot be {verb}: {before.cancelled}"
    for name in ("number", "seq"):
        if name in command:
            yield f"{name}: the office gives it; leave it out"


def _corrections(identity: str, receipt: str) -> _Corrections:
    """Return what is known of a receipt: by the terminal's records, and by all that was ordered of it."""
    rows = Record.objects.filter(terminal_id=identity, session=receipt)
    seq = rows.filter(kind="session.ended").values_list("seq", flat=True).first()
    if seq is None:
        raise NotPossible([f"the office has no receipt {receipt} of {identity}"])
    number, cancelled = 0, ""
    for record in rows.filter(kind__in=(correction.CANCELLED, correction.CORRECTED)):
        number = max(number, _number(record.payload.get("receipt")))
        if record.kind == correction.CANCELLED:
            cancelled = f"{record.payload.get('receipt')} cancelled it (record {record.seq})"
    cancelling = []
    for order, command in _ordered(identity, receipt):
        number = max(number, _whole(command.get("number")))
        if command.get("command") == rules.CANCEL:
            cancelling.append(order.serial)
    if cancelling and not cancelled:
        refused = following.refused(identity)
        cancelled = next((f"order {each} cancels it" for each in cancelling if each not in refused), "")
    return _Corrections(seq, number, cancelled)


def _ordered(identity: str, receipt: str) -> Iterator[tuple[Order, dict[str, Any]]]:
    """Yield every command that was ever ordered for a receipt, with its order, whatever became of that."""
    for order in Order.objects.filter(terminal_id=identity, changes_text__contains=f'"{receipt}"'):
        for command in order.changes.get("commands", ()):
            if isinstance(command, dict) and command.get("receipt") == receipt:
                yield order, command


def _number(name: object) -> int:
    """Return which correction KT-0001-000007-C2 is: the second; 0 where it is none."""
    told = str(name).rpartition("-C")[2]
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


def _whole(told: object) -> int:
    return told if isinstance(told, int) and not isinstance(told, bool) else 0
