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
from firmware.uplink import changes as rules
from tools.backoffice.errors import NotPossible
from tools.backoffice.orders import answering, following, placing
from tools.backoffice.orders.models import Order
from tools.backoffice.records.export import expect
from tools.backoffice.records.models import Terminal

# Around the changes stand header, terminal, nonce, time and signature.
MOST_BYTES = (jose.MAX_COMPACT_BYTES - 512) * 3 // 4

log = logging.getLogger("office.orders")


def make(identity: str, changes: dict[str, Any], is_judged: bool = True) -> Order:
    """Keep an order for a terminal and return it; one that is not judged here the terminal judges alone.

    Raises OfficeError, NotPossible with every problem.
    """
    expect(identity)
    if not changes:
        raise NotPossible(["the order changes nothing"])
    with transaction.atomic():
        # One after the other: the next order's corrections are counted when this one stands.
        Terminal.objects.select_for_update().get(pk=identity)
        changes = placing.placed(identity, changes, is_judged)
        problems = rules.problems(changes) if is_judged else []
        if problems:
            raise NotPossible(problems)
        text = _text(changes)
        # Also after a backup was restored no number comes twice.
        serial = max(answering.newest(identity), following.newest_decided(identity)) + 1
        order = Order.objects.create(
            terminal_id=identity, serial=serial, changes_text=text, made_at=timezone.now()
        )
    log.info("order %d for %s changes %s", serial, identity, ", ".join(sorted(changes)))
    return order


def _text(changes: dict[str, Any]) -> str:
    try:
        text = canonical.encode(changes)
    except CryptoError as error:
        raise NotPossible([f"it cannot be signed: {error}"]) from error
    if len(text) > MOST_BYTES:
        raise NotPossible([f"{len(text)} bytes; an order holds {MOST_BYTES}: split it into several"])
    return str(text.decode())
