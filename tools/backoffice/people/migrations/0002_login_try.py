"""Failed logins, which are counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LoginTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_mark", models.CharField(max_length=64)),
                ("address_mark", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name_mark", "at"], name="login_try_of_name"),
                    models.Index(fields=["address_mark", "at"], name="login_try_of_address"),
                ],
            },
        ),
    ]
