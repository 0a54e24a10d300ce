"""An office in this process for tests of rules, and a real one in another process for tests of wires.

It does not know what is tested.
"""

import json
import os
import ssl
import subprocess
import sys
import types

import httpx
import pytest

from tests.tools.backoffice.terminals import Terminal
from tools.backoffice.place import Place
from tools.backoffice.start import open_office

KILOTAP = (sys.executable, "-m", "tools")


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """Bind Django in this process, which can be done once."""
    place = Place(tmp_path_factory.mktemp("office"))
    open_office(place, os.environ.get("KILOTAP_DATABASE"), hosts=["testserver"])
    return place


@pytest.fixture
def office(place):
    """Empty the tables before a test; no transaction is rolled back after it, for ingest commits its own."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tools.backoffice.orders.models import Order
    from tools.backoffice.people.models import LoginLink, LoginTry
    from tools.backoffice.records import models

    kept = (Order, models.Alert, models.Record, models.EnrolmentCode, models.Terminal)
    for table in (LoginLink, LoginTry, get_user_model(), *kept):
        table.objects.all().delete()
    return Office(Client(), models)


class Office:
    """What tests ask of the office in this process."""

    def __init__(self, client, models):
        self.client = client
        self.models = models

    def enrolled(self, identity="KT-0001", scalar=1):
        """Return a terminal that the office knows."""
        from tools.backoffice.records import enrolment

        terminal = Terminal(identity, scalar)
        enrolment.enrol(identity, enrolment.invite(identity), terminal.jwk)
        return terminal

    def upload(self, terminal, lines):
        """Post lines (texts or bytes) and return (status, answer)."""
        body = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
        return self.post(f"/api/terminals/{terminal.identity}/records", body)

    def post(self, path, body, content_type="application/x-ndjson"):
        response = self.client.post(path, body, content_type=content_type, secure=True)
        return response.status_code, response.json()

    def get(self, path):
        return self.client.get(path, secure=True)

    def log_in(self):
        from django.contrib.auth import get_user_model

        self.client.force_login(get_user_model().objects.create_user("alice", is_staff=True))

    def stored(self, terminal):
        rows = self.models.Record.objects.filter(terminal_id=terminal.identity).order_by("seq")
        return list(rows.values_list("compact", flat=True))

    def state(self, terminal):
        return self.models.Terminal.objects.get(pk=terminal.identity)


def kilotap(*words, data, **more):
    """Run one `kilotap office` command as users do and return its finished process."""
    return subprocess.run(
        [*KILOTAP, "office", *words, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
        **more,
    )


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Run the real office over TLS."""
    data = tmp_path_factory.mktemp("live")
    with running(data) as office:
        yield office


class running:  # noqa: N801 - reads as a verb
    """The office as a process of its own, from its ready line to its end."""

    def __init__(self, data, *words, by=KILOTAP):
        self.data = data
        self.words = words
        self.by = by

    def __enter__(self):
        self.process = subprocess.Popen(
            [*self.by, "office", "serve", "--port", "0", "--json", "--data", str(self.data), *self.words],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        ready = json.loads(self.process.stdout.readline())
        self.client = httpx.Client(
            base_url=ready["url"], verify=ssl.create_default_context(cafile=ready["ca"])
        )
        self.office = types.SimpleNamespace(
            data=self.data,
            ready=ready,
            process=self.process,
            client=self.client,
            url=ready["url"],
            trust=ssl.create_default_context(cafile=ready["ca"]),
        )
        return self.office

    def __exit__(self, *_):
        self.client.close()
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
