"""Measures uploads: records verified and stored, batches over one connection, and the return of a herd.

It does not know what records say.
"""

import asyncio
import heapq
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.bench.office import OwnOffice
from emulator.errors import BenchError
from firmware import config
from firmware.crypto import jose
from firmware.uplink import backoff, enrolment, http, records
from hal.linux.networking import open_network
from tools.benchmarks.ledgers import Ledger
from tools.benchmarks.measuring import QUICK_ROUNDS, ROUNDS, CannotRun, Figures, compare, figures_of, timed
from tools.setup.ground import CACHE, ROOT

BATCH = 100
STORED, QUICK_STORED = 4, 2
SENT, QUICK_SENT = 3, 1
TIMEOUT_MS = 20_000
READ_BYTES = 4096
# Nobody here asks for orders.
ORDERS_S = 3600
TERMINALS, A_SECOND, DONE = 10_000, 100, 0.99


def ingest_sqlite(is_quick: bool) -> Figures:
    """Compare the rate at which the office verifies and stores records with that of bare verifications.

    Both are of the same 100 records; the office takes each batch of a ledger once.
    """
    from tools.backoffice.place import Place
    from tools.backoffice.start import open_office

    times = QUICK_STORED if is_quick else STORED
    ledger = Ledger("KT-0001", BATCH * (1 + times * (QUICK_ROUNDS if is_quick else ROUNDS)))
    batches = _batches(ledger.lines)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_cache()) as folder:
        # Django is bound to a database once in a process.
        open_office(Place(Path(folder)), hosts=[])
        from django.db import connection

        from tools.backoffice.records import enrolment as enrolling
        from tools.backoffice.records import ingest, proof

        enrolling.enrol(ledger.terminal, enrolling.invite(ledger.terminal), ledger.key)
        verify = proof.verifier(jose.public_from_jwk(ledger.key))
        signed = [_signed(line) for line in ledger.lines[:BATCH]]

        def store() -> None:
            status, answer = ingest.take_in(ledger.terminal, next(batches))
            if status != 200:
                raise CannotRun(f"the office takes nothing: {status} {answer}")

        def bare() -> None:
            for signing_input, signature in signed:
                if not verify(signing_input, signature):
                    raise CannotRun("a record's signature does not hold")

        try:
            return compare(timed(bare), timed(store), times, is_quick)
        finally:
            connection.close()


def batch_upload(is_quick: bool) -> Figures:
    """Compare the time of a record in batches over one connection with that over a connection of its own.

    TLS, the real office, its certificate checked; a connection a record sends the ledger of another terminal.
    """
    times = QUICK_SENT if is_quick else SENT
    batches = 1 + times * (QUICK_ROUNDS if is_quick else ROUNDS)
    many, single = Ledger("KT-0001", BATCH * batches), Ledger("KT-0002", batches)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_cache()) as name, asyncio.Runner() as runner:
        folder = Path(name)
        try:
            office = OwnOffice(
                (sys.executable, "-m", "tools"),
                folder / "office",
                folder / "office.log",
                os.environ,
                ROOT,
                folder / "clock",
                ORDERS_S,
            )
        except BenchError as error:
            raise CannotRun(str(error)) from error
        try:
            kept = _Line(office)
            for ledger in (many, single):
                path, kind = enrolment.path(ledger.terminal), enrolment.CONTENT_TYPE
                public = jose.public_from_jwk(ledger.key)
                runner.run(kept.post(path, kind, enrolment.body(office.enrol(ledger.terminal), public)))
            whole, alone = _batches(many.lines), iter(single.lines)

            async def batch() -> float:
                began_s = time.perf_counter()
                await kept.send(many.terminal, next(whole))
                return (time.perf_counter() - began_s) / BATCH

            async def one() -> float:
                line = _Line(office)
                began_s = time.perf_counter()
                await line.send(single.terminal, [next(alone)])
                line.close()
                return time.perf_counter() - began_s

            return compare(lambda: runner.run(batch()), lambda: runner.run(one()), times, is_quick)
        finally:
            kept.close()
            office.close()


def herd(is_quick: bool) -> Figures:
    """Compare the time until 99 % of 10,000 terminals are done with that of an office that is never idle.

    All return at the same moment to an office that takes 100 a second and turns the others away; each waits
    by the terminal's own rule, with its default settings, and the office gives no hint.
    """
    seeds = range(QUICK_ROUNDS if is_quick else ROUNDS)
    return figures_of([_drained_s(seed) / (DONE * TERMINALS / A_SECOND) for seed in seeds])


def _drained_s(seed: int) -> float:
    """Return the second at which 99 % were taken, by draws of a seed."""
    prng = random.Random(seed)  # noqa: S311 - what a seed draws can be drawn again
    settings: Any = config.from_document({"id": "KT-0001"})
    cap_s = settings.upload_retry_s
    # When it calls, and how often it failed.
    calls = [(0, prng.random(), 0) for _ in range(TERMINALS)]
    heapq.heapify(calls)
    taken, second, left = 0, 0, A_SECOND
    while taken < DONE * TERMINALS:
        at_s, _draw, failures = heapq.heappop(calls)
        if at_s > second:
            second, left = at_s, A_SECOND
        if left:
            left -= 1
            taken += 1
            continue
        pause_s = backoff.pause_s(failures + 1, cap_s, None, prng.randbytes(4))
        heapq.heappush(calls, (at_s + pause_s, prng.random(), failures + 1))
    return second + 1


class _Line:
    """A connection to an office, as a terminal has it."""

    def __init__(self, office: OwnOffice) -> None:
        self._office = office
        self._ca = Path(office.ca).read_bytes()
        self._network = open_network()
        self._stream: Any = None

    async def send(self, terminal: str, lines: list[bytes]) -> None:
        """Send records and have all of them taken."""
        body = b"".join([line + b"\n" for line in lines])
        await self.post(records.path(terminal), records.CONTENT_TYPE, body)

    async def post(self, path: str, kind: str, body: bytes) -> dict:
        """Send a request and return its answer. Raises CannotRun where it is refused."""
        office = self._office
        if self._stream is None:
            self._stream = await self._network.connect(office.host, office.port, self._ca, TIMEOUT_MS)
        stream = self._stream
        named = f"{office.host}:{office.port}"
        await stream.write(
            http.head("POST", path, named, [("content-type", kind)], len(body)) + body, TIMEOUT_MS
        )
        parser = http.ResponseParser()
        while parser.response is None:
            parser.feed(await stream.read(READ_BYTES, TIMEOUT_MS))
        status, _headers, answer = parser.response
        if status not in (200, 201):
            raise CannotRun(f"the office refuses {path}: {status} {answer!r}")
        told: dict = json.loads(answer)
        return told

    def close(self) -> None:
        """End it."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _batches(lines: list[bytes]) -> Iterator[list[bytes]]:
    return iter([lines[at : at + BATCH] for at in range(0, len(lines), BATCH)])


def _signed(line: bytes) -> tuple[bytes, bytes]:
    signing_input, _, signature = line.rpartition(b".")
    return signing_input, jose.unb64url(signature)


def _cache() -> Path:
    CACHE.mkdir(exist_ok=True)
    return CACHE
