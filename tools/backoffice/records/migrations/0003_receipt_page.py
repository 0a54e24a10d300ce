"""The names of receipts' pages; those of receipts that are stored already follow from their signatures."""

import django.db.models.deletion
from django.db import migrations, models

from firmware.crypto import jose
from firmware.receipts import page
from tools.backoffice.records.receipt_kinds import RECEIPT_KINDS


def name_pages(apps, _schema_editor):
    """Enter the page of every receipt that came before pages had names."""
    record, named = apps.get_model("records", "Record"), apps.get_model("records", "ReceiptPage")
    rows = record.objects.filter(kind__in=RECEIPT_KINDS).values_list("terminal_id", "seq", "compact")
    batch = []
    for terminal, seq, compact in rows.iterator():
        token = page.token(jose.unb64url(compact.rsplit(".", 1)[1]))
        batch.append(named(token=token, terminal_id=terminal, seq=seq))
        if len(batch) == 1000:
            named.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    named.objects.bulk_create(batch, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("records", "0002_terminal_key")]

    operations = [
        migrations.CreateModel(
            name="ReceiptPage",
            fields=[
                ("token", models.CharField(max_length=22, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.terminal"
                    ),
                ),
            ],
        ),
        migrations.RunPython(name_pages, migrations.RunPython.noop),
    ]
