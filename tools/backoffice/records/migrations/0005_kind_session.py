"""An index for numbers of one kind: a search among millions for a kind that is rare read them all."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0004_compact_as_it_is")]

    operations = [
        migrations.AddIndex(
            "record",
            models.Index(
                fields=["kind", "session", "id"], name="record_kind_session", condition=~Q(session="")
            ),
        )
    ]
