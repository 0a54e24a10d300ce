"""Names the app of records to Django; it knows nothing else."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The app `records`."""

    name = "tools.backoffice.records"
    label = "records"
