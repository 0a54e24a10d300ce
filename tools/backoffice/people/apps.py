"""Names the app of people to Django; it knows nothing else."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The app `people`."""

    name = "tools.backoffice.people"
    label = "people"
