"""What was ordered of which terminal: kept for ever, and never changed.

It does not know what became of an order; the terminal's records tell that.
"""

from typing import Any

from django.db import models

from firmware.crypto import jsontext
from tools.backoffice.records.models import Terminal


class Order(models.Model):
    """One order of a terminal; it is signed anew whenever the terminal asks, for nonce and time."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, db_index=False)
    serial = models.BigIntegerField()
    # Canonical JSON (RFC 8785), for its decimals must not pass through a float.
    changes_text = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        """The numbers of a terminal's orders only rise."""

        ordering = ["terminal", "serial"]
        constraints = [models.UniqueConstraint(fields=["terminal", "serial"], name="order_once")]

    @property
    def changes(self) -> dict[str, Any]:
        """Return what it changes, decimals exact."""
        changes: dict[str, Any] = jsontext.parse(self.changes_text)
        return changes
