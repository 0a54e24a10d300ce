"""Makes an order: judges its changes as the terminal will, numbers it, keeps it.

It does not know how it is written down by people, or signed. Whether contracts name tariffs that are in force
only the terminal can say, which then refuses the order as a whole.
"""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError
from firmware.receipts import correction
from firmware.uplink import changes as rules
from tools.backoffice.errors import OfficeError
from tools.backoffice.orders import answering, following
from tools.backoffice.orders.models import Order
from tools.backoffice.records.export import expect
from tools.backoffice.records.models import Record

# Around the changes stand header, terminal, nonce, time and signature.
MOST_BYTES = (jose.MAX_COMPACT_BYTES - 512) * 3 // 4

log = logging.getLogger("office.orders")


class NotPossible(OfficeError):
    """An order that is not made; `problems` lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def make(identity: str, changes: dict[str, Any], is_judged: bool = True) -> Order:
    """Keep an order for a terminal and return it; one that is not judged here the terminal judges alone.

    Raises OfficeError, NotPossible with every problem.
    """
    expect(identity)
    if not changes:
        raise NotPossible(["the order changes nothing"])
    changes = _with_places(identity, changes)
    problems = rules.problems(changes) if is_judged else []
    if problems:
        raise NotPossible(problems)
    try:
        text = canonical.encode(changes)
    except CryptoError as error:
        raise NotPossible([f"it cannot be signed: {error}"]) from error
    if len(text) > MOST_BYTES:
        raise NotPossible([f"{len(text)} bytes; an order holds {MOST_BYTES}: split it into several"])
    with transaction.atomic():
        # Also after a backup was restored no number comes twice.
        serial = max(answering.newest(identity), following.newest_decided(identity)) + 1
        order = Order.objects.create(
            terminal_id=identity, serial=serial, changes_text=text.decode(), made_at=timezone.now()
        )
    log.info("order %d for %s changes %s", serial, identity, ", ".join(sorted(changes)))
    return order


def _with_places(identity: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes whose commands say where the receipt's record stands, and which correction it gets."""
    if not isinstance(changes.get("commands"), list):
        return changes
    ordered: dict[str, int] = {}
    return {**changes, "commands": [_placed(identity, each, ordered) for each in changes["commands"]]}


def _placed(identity: str, command: Any, ordered: dict[str, int]) -> Any:
    if not isinstance(command, dict) or not isinstance(command.get("receipt"), str):
        return command
    receipt = command["receipt"]
    rows = Record.objects.filter(terminal_id=identity, session=receipt)
    seq = rows.filter(kind="session.ended").values_list("seq", flat=True).first()
    if seq is None:
        raise NotPossible([f"the office has no receipt {receipt} of {identity}"])
    if receipt not in ordered:
        written = rows.filter(kind__in=(correction.CANCELLED, correction.CORRECTED)).count()
        ordered[receipt] = written + _pending(identity, receipt)
    ordered[receipt] += 1
    return {"seq": seq, "number": ordered[receipt], **command}


def _pending(identity: str, receipt: str) -> int:
    """Count the corrections of a receipt that are ordered and not decided yet."""
    rows = Order.objects.filter(terminal_id=identity, serial__gt=following.newest_decided(identity))
    commands = [command for order in rows for command in order.changes.get("commands", ())]
    return sum(command["receipt"] == receipt for command in commands)
