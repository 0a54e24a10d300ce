"""What is kept about terminals: who they are, what they said, and what did not fit.

It does not know how a record is verified: whatever is stored was.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from firmware.crypto import canonical, jose
from firmware.ledger import damage
from tools.backoffice.records import proof

IDENTITY_CHARACTERS = 40


class Terminal(models.Model):
    """A terminal: the key in force once it is enrolled, and the position of its ledger here."""

    id = models.CharField(primary_key=True, max_length=IDENTITY_CHARACTERS)
    public_key = models.BinaryField(max_length=64, null=True)
    thumbprint = models.CharField(max_length=43, null=True, unique=True)
    enrolled_at = models.DateTimeField(null=True)
    # The ledger's position: what the next record has to carry as `seq` and `prev`.
    next_seq = models.BigIntegerField(default=1)
    prev = models.CharField(max_length=43, default="")
    stored = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    last_seen = models.DateTimeField(null=True)
    # What the newest records say is open: a session number, and codes of faults.
    open_session = models.CharField(max_length=64, default="")
    open_faults = models.JSONField(default=list)


class TerminalKey(models.Model):
    """A key of a terminal, in the register of all that it ever had: which records it signs."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE)
    thumbprint = models.CharField(max_length=43, unique=True)
    public_key = models.BinaryField(max_length=64)
    from_seq = models.BigIntegerField()
    # The record that announced the next key, which is the last one of this key; None while it is in force.
    to_seq = models.BigIntegerField(null=True)

    class Meta:
        """A terminal's keys, one after the other."""

        ordering = ["terminal", "from_seq"]
        constraints = [models.UniqueConstraint(fields=["terminal", "from_seq"], name="key_once")]

    @property
    def announced_seq(self) -> int:
        """Return the number of the record that announced it, 0 for a terminal's first key."""
        return self.from_seq - 1


class EnrolmentCode(models.Model):
    """A code that lets one terminal name its key, once; only its hash is kept."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Record(models.Model):
    """A verified record as it came, with the few members by which pages find and sum it."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(null=True)
    clock = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    # The session's number, which is the receipt's number too; empty where the kind has none.
    session = models.CharField(max_length=64, default="")
    energy_wh = models.BigIntegerField(null=True)
    gross_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="")
    # What is wrong with the content of a record that verifies, one sentence a line.
    flags = models.TextField(default="")
    compact = models.TextField()
    # When it was written, of one that knows no time: tools.backoffice.records.learned finds it.
    learned: "datetime | None" = None

    class Meta:
        """Each index serves one filter of the pages in their order, so that none counts or sorts."""

        constraints = [models.UniqueConstraint(fields=["terminal", "seq"], name="record_once")]
        indexes = [
            models.Index(fields=["kind", "id"], name="record_kind"),
            models.Index(fields=["terminal", "kind", "seq"], name="record_terminal_kind"),
            models.Index(fields=["session", "id"], name="record_session", condition=~Q(session="")),
            models.Index(
                fields=["kind", "session", "id"], name="record_kind_session", condition=~Q(session="")
            ),
            models.Index(fields=["id"], name="record_flagged", condition=~Q(flags="")),
        ]

    @property
    def payload(self) -> dict[str, Any]:
        """Return what the terminal said."""
        payload: dict[str, Any] = proof.decode(jose.unb64url(self.compact.split(".")[1]))
        return payload


class ReceiptPage(models.Model):
    """The name of a receipt's page, which follows from its signature, and where the receipt is."""

    token = models.CharField(primary_key=True, max_length=22)
    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, db_index=False)
    seq = models.BigIntegerField()


class Alert(models.Model):
    """Something that must not happen: a ledger that was signed twice at one position (`seq`), or one that
    lost records, which the record at `seq` names.
    """

    FORK = "fork"
    DAMAGED = "damaged"

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT)
    kind = models.CharField(max_length=16)
    seq = models.BigIntegerField()
    compact_hash = models.CharField(max_length=43)
    compact = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """The same evidence is kept once, however often it is sent."""

        constraints = [models.UniqueConstraint(fields=["terminal", "seq", "compact_hash"], name="alert_once")]

    @property
    def lost(self) -> tuple[int, int] | None:
        """Return the first and the last of the records that are lost, None where none is."""
        named = damage.span(canonical.decode(jose.unb64url(self.compact.split(".")[1])))
        return named[:2] if named and self.kind == self.DAMAGED else None
