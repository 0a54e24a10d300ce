"""Measures a bank card's tap behind the PC/SC daemon: from the event to the decision that it may charge.

It does not know the terminal's other tasks: the reader's is the real one, with the port of a Raspberry Pi.
"""

import asyncio
import os
import statistics
import tempfile
import time
from typing import Any

from emulator.bench.wires import Wires
from emulator.models import bank, emv
from emulator.models.prng import Prng
from firmware.access import bank_terms
from firmware.cards.emv import authorities
from firmware.terminal import bank_totals
from firmware.terminal.inbox import Inbox
from firmware.terminal.reader import TAP, Reader
from hal import ports
from hal.common.aes import Aes
from hal.linux.clock import Clock
from hal.linux.storage import open_storage
from hal.linux.tasks import Tasks
from tools.benchmarks.cards import Watch, open_reader, virtual_reader
from tools.benchmarks.measuring import CannotRun, Figures

APDU_S = 0.05
TAPS, QUICK_TAPS = 15, 5
DAY = "2026-03-28"
NOON_UTC_S = 1774699200
# The class of commands that a reader answers by itself (PC/SC part 3, 3.2).
READERS_OWN = 0xFF


class SlowCard(emv.PaymentCard):
    """A card that takes its time for each command, its own computing included."""

    def transmit(self, command: bytes) -> bytes:
        began_s = time.monotonic()
        response: bytes = super().transmit(command)
        if command[0] != READERS_OWN:
            time.sleep(max(0.0, APDU_S - (time.monotonic() - began_s)))
        return response


class Config:
    """The settings that a tap asks for; no guard, since the same card comes again and again."""

    id = "KT-0001"
    timezone = "CET-1CEST,M3.5.0,M10.5.0/3"
    card_order = "emv rfid"
    tap_guard_ms = 0
    bank_cards = bank_terms.parse(bank.terms({"limit_minor": 5000, "tariff": "day"}), "EUR", ["day"])


class SetClock(Clock):
    """The clock of a Raspberry Pi on a day on which the card is valid, whoever keeps this machine's."""

    def utc_s(self) -> int:
        return NOON_UTC_S


class Chance:
    """The Entropy port."""

    random = staticmethod(os.urandom)


class Board:
    """The ports that the reader's task asks for."""

    def __init__(self, reader: ports.CardReader) -> None:
        self.reader, self.clock, self.tasks, self.entropy = reader, SetClock(), Tasks(), Chance()


def tap_to_decision(is_quick: bool) -> Figures:
    """Return the milliseconds from the daemon's event to the decision: six commands of 50 ms each.

    The card is one that signs with its options (fDDA): directory, selection, options, three records.
    """
    with virtual_reader() as wires, asyncio.Runner() as runner, tempfile.TemporaryDirectory() as folder:
        taps = QUICK_TAPS if is_quick else TAPS
        waits_ms = runner.run(_measured(wires, open_storage(folder), taps))
    return Figures(statistics.median(waits_ms), min(waits_ms), max(waits_ms), len(waits_ms))


async def _measured(wires: Wires, storage: ports.Storage, taps: int) -> list[float]:
    reader: Any = open_reader()
    board: Any = Board(reader)
    inbox = Inbox(board.tasks)
    known = authorities.Authorities(bank.authorities())
    trust = {"authorities": known, "hash_key": bank.HASH_KEY, "aes": Aes(), "is_denied": lambda card: False}
    task = asyncio.create_task(Reader(board, Config, inbox, {"emv": trust}).run())
    card = SlowCard("4761739001010119", "2049-11", Prng(6, "card"), "fDDA")
    try:
        return [await _tap(wires, reader, card, inbox, storage) for _ in range(taps + 1)][1:]
    finally:
        task.cancel()
        reader.close()


async def _tap(wires: Wires, reader: Any, card: SlowCard, inbox: Inbox, storage: ports.Storage) -> float:
    watch = Watch()
    loop = asyncio.get_running_loop()
    inserting = loop.run_in_executor(None, wires.insert, card)
    tapped = None
    while tapped is None:
        event = await inbox.take(10_000)
        if event is None:
            raise CannotRun("the reader told of no card within ten seconds")
        tapped = event[1] if event[0] == TAP else None
    if "refusal" not in tapped:
        raise CannotRun(f"the card was not read: {tapped}")
    decision = bank_totals.decision(storage, Config.bank_cards, tapped, DAY)
    decided_s = time.perf_counter()
    if not decision["granted"]:
        raise CannotRun(f"the card was refused: {decision['reason']}")
    await inserting
    await loop.run_in_executor(None, wires.remove)
    await reader.wait_removed()
    return (decided_s - await loop.run_in_executor(None, watch.event_s)) * 1000
