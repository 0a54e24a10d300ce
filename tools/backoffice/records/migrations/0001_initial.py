"""The first tables of records."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("public_key", models.BinaryField(max_length=64, null=True)),
                ("thumbprint", models.CharField(max_length=43, null=True, unique=True)),
                ("enrolled_at", models.DateTimeField(null=True)),
                ("next_seq", models.BigIntegerField(default=1)),
                ("prev", models.CharField(default="", max_length=43)),
                ("stored", models.BigIntegerField(default=0)),
                ("duplicates", models.BigIntegerField(default=0)),
                ("last_seen", models.DateTimeField(null=True)),
                ("open_session", models.CharField(default="", max_length=64)),
                ("open_faults", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="EnrolmentCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "terminal",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="records.terminal"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("at", models.DateTimeField(null=True)),
                ("clock", models.CharField(max_length=16)),
                ("received_at", models.DateTimeField()),
                ("session", models.CharField(default="", max_length=64)),
                ("energy_wh", models.BigIntegerField(null=True)),
                ("gross_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(default="", max_length=3)),
                ("flags", models.TextField(default="")),
                ("compact", models.TextField()),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="records.terminal"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "id"], name="record_kind"),
                    models.Index(fields=["terminal", "kind", "seq"], name="record_terminal_kind"),
                    models.Index(
                        condition=models.Q(("session", ""), _negated=True),
                        fields=["session", "id"],
                        name="record_session",
                    ),
                    models.Index(
                        condition=models.Q(("flags", ""), _negated=True), fields=["id"], name="record_flagged"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("terminal", "seq"), name="record_once")],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("seq", models.BigIntegerField()),
                ("compact_hash", models.CharField(max_length=43)),
                ("compact", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "terminal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="records.terminal"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("terminal", "seq", "compact_hash"), name="alert_once")
                ],
            },
        ),
    ]
