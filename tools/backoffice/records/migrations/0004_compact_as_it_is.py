"""PostgreSQL keeps records as they are: it tried to compress each, and base64url gives nothing in return."""

from django.db import migrations


def keep_as_it_is(_apps, schema_editor):
    """Store long values outside the row, uncompressed; what is stored already stays as it is."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE records_record ALTER COLUMN compact SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("records", "0003_receipt_page")]

    operations = [migrations.RunPython(keep_as_it_is, migrations.RunPython.noop)]
