"""The register of all keys that terminals ever had; those of enrolled terminals are their first."""

import django.db.models.deletion
from django.db import migrations, models


def register_first_keys(apps, _schema_editor):
    """Enter the key of every terminal that was enrolled before keys could change."""
    terminals = apps.get_model("records", "Terminal").objects.exclude(thumbprint=None)
    key = apps.get_model("records", "TerminalKey")
    for terminal in terminals.iterator():
        key.objects.create(
            terminal=terminal, thumbprint=terminal.thumbprint, public_key=terminal.public_key, from_seq=1
        )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="TerminalKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thumbprint", models.CharField(max_length=43, unique=True)),
                ("public_key", models.BinaryField(max_length=64)),
                ("from_seq", models.BigIntegerField()),
                ("to_seq", models.BigIntegerField(null=True)),
                (
                    "terminal",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="records.terminal"),
                ),
            ],
            options={
                "ordering": ["terminal", "from_seq"],
                "constraints": [models.UniqueConstraint(fields=("terminal", "from_seq"), name="key_once")],
            },
        ),
        migrations.RunPython(register_first_keys, migrations.RunPython.noop),
    ]
