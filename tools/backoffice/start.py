"""Binds Django to one data directory and one database, and brings the tables up to date.

It does not know what the tables hold.
"""

from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from tools.backoffice.errors import OfficeError
from tools.backoffice.place import Place
from tools.backoffice.settings import office_settings


def open_office(
    place: Place,
    database: str | None = None,
    hosts: list[str] | None = None,
    issuer: tuple[str, ...] = (),
) -> None:
    """Make Django ready in this process, which can be done once, with tables as this version needs them.

    `issuer` are the lines that name on drivers' receipts who issues them.
    """
    configure(place, database, hosts, issuer)
    try:
        if connection.vendor == "sqlite":
            # Who charged where is nobody else's business; SQLite's side files take the same mode.
            Path(settings.DATABASES["default"]["NAME"]).touch(mode=0o600)
        with place.alone():
            migrate()
    except (DatabaseError, OSError) as problem:
        raise OfficeError(f"the database cannot be used: {problem}") from problem


def configure(
    place: Place,
    database: str | None = None,
    hosts: list[str] | None = None,
    issuer: tuple[str, ...] = (),
) -> None:
    """Bind the settings without touching the database."""
    settings.configure(**office_settings(place, database, hosts or []), RECEIPT_ISSUER=list(issuer))
    try:
        django.setup()
    except ImproperlyConfigured as problem:
        raise OfficeError(
            f"the database's driver is missing: {problem}; try: pip install 'psycopg[binary]'"
        ) from problem


def migrate() -> None:
    """Bring the tables up to date; free when they are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
