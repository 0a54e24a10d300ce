"""The table of orders."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("records", "0002_terminal_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.BigIntegerField()),
                ("changes_text", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "terminal",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="records.terminal"
                    ),
                ),
            ],
            options={
                "ordering": ["terminal", "serial"],
                "constraints": [models.UniqueConstraint(fields=("terminal", "serial"), name="order_once")],
            },
        ),
    ]
