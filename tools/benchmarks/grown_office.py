"""An office in a process of its own with so many stored records, which says how long what it is told took.

It does not know what is compared. Words: a folder, how many records others left there, how many batches may
come, and a database's address where it is not SQLite. It prints `ready`; a line `store` takes in the next
batch, `bare` verifies one, `page /path` makes a page; each is answered with seconds.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware.crypto import jose
from tools.backoffice.place import Place
from tools.backoffice.start import open_office
from tools.benchmarks.ledgers import Ledger

BATCH = 100
# Whose records are there already: so many each.
OTHERS_RECORDS = 10_000
ROWS_AT_ONCE = 10_000
# One in so many has content that is wrong.
FLAGGED = 1000


def main(folder: str, stored: str, batches: str, *database: str) -> None:
    """Serve until stdin ends."""
    ledger = Ledger("KT-0001", BATCH * int(batches))
    # Django is bound to a database once in a process.
    open_office(Place(Path(folder)), database[0] if database else None, hosts=["testserver"])
    from tools.backoffice.records import enrolment

    enrolment.enrol(ledger.terminal, enrolment.invite(ledger.terminal), ledger.key)
    _fill(ledger, int(stored))
    acts = _acts(ledger)
    print("ready", flush=True)
    for line in sys.stdin:
        word, _, argument = line.strip().partition(" ")
        began_s = time.perf_counter()
        acts[word](argument)
        print(time.perf_counter() - began_s, flush=True)


def _acts(ledger: Ledger) -> dict[str, Callable[[str], object]]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tools.backoffice.records import ingest, proof

    verify = proof.verifier(jose.public_from_jwk(ledger.key))
    coming = iter([ledger.lines[at : at + BATCH] for at in range(0, len(ledger.lines), BATCH)])
    signed = [line.rpartition(b".") for line in ledger.lines[:BATCH]]
    pairs = [(content, jose.unb64url(signature)) for content, _, signature in signed]
    client = Client()
    client.force_login(get_user_model().objects.create(username="benchmark"))

    def store(_: str) -> None:
        status, answer = ingest.take_in(ledger.terminal, next(coming))
        if status != 200:
            raise SystemExit(f"the office takes nothing: {status} {answer}")

    def bare(_: str) -> None:
        if not all(verify(content, signature) for content, signature in pairs):
            raise SystemExit("a record's signature does not hold")

    def page(path: str) -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path} answers {response.status_code}")

    return {"store": store, "bare": bare, "page": page}


def _fill(ledger: Ledger, count: int) -> None:
    """Store records of other terminals, as long and of the same kinds: receipts are half of them."""
    from django.utils import timezone

    from tools.backoffice.records import tables
    from tools.backoffice.records.entry import Entry
    from tools.backoffice.records.models import Terminal

    kinds = [_newest(ledger, kind) for kind in ("session.started", "session.ended")]
    now = timezone.now()
    at = now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def entry(number: int) -> Entry:
        terminal, place = divmod(number, OTHERS_RECORDS)
        identity = f"KT-{1000 + terminal}"
        kind, compact = kinds[number % 2]
        flags = "" if number % FLAGGED else "what does not fit"
        session = f"{identity}-{number:06}"
        return Entry(
            identity, 1 + place, kind, "synchronised", session, 11_000, 641, "EUR", flags, compact, at, ""
        )

    Terminal.objects.bulk_create(
        [Terminal(id=f"KT-{1000 + each}") for each in range(-(-count // OTHERS_RECORDS))]
    )
    with _indexes_later():
        for first in range(0, count, ROWS_AT_ONCE):
            tables.store_records(
                [entry(number) for number in range(first, min(first + ROWS_AT_ONCE, count))], now
            )


@contextmanager
def _indexes_later() -> Iterator[None]:
    """Fill a table without its indexes and without a journal, and make them afterwards, as a load does."""
    from django.db import connection, transaction

    from tools.backoffice.records.models import Record

    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_sqlite:
            cursor.execute("PRAGMA journal_mode = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
        with connection.schema_editor() as editor:
            for index in Record._meta.indexes:
                editor.remove_index(Record, index)
        with transaction.atomic():
            yield
        with connection.schema_editor() as editor:
            for index in Record._meta.indexes:
                editor.add_index(Record, index)
        if is_sqlite:
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA journal_mode = WAL")


def _newest(ledger: Ledger, kind: str) -> tuple[str, str]:
    """Return a kind and the newest record of it."""
    mark = b'"kind":"%s"' % kind.encode()
    found = [line for line in ledger.lines if mark in jose.unb64url(line.split(b".")[1].decode())]
    return kind, found[-1].decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
