"""Plays stories under the eyes of every invariant, alone or several terminals with one office.

It does not know where stories come from.
"""

import hashlib
from typing import Any

from emulator.models.prng import Prng
from emulator.simulation.kernel import Kernel
from emulator.simulation.play import Player
from emulator.soak import story as stories
from emulator.soak.watch import Watch

# Every so many seeds a story has several terminals with one office.
FLEET_EVERY = 8
FLEET = 3


class Played:
    """What is left of a story: what was violated, and figures."""

    def __init__(self, players: list[Player], watches: list[Watch], elapsed_ms: int):
        self.violated = [wrong for player in players for wrong in player.violated()]
        self.checked = sum(watch.checked for watch in watches)
        self.records = sum(watch.ledger.books.records for watch in watches)
        self.sessions = sum(_sessions(watch) for watch in watches)
        self.left_to_people = sum(player.is_left_to_people for player in players)
        self.forgotten = sum(player.has_forgotten() for player in players)
        self.elapsed_ms = elapsed_ms * len(players)
        self.ledger = _digest(watches)


def _sessions(watch: Watch) -> int:
    return int(watch.ledger.ended["session"].split("-")[-1]) if watch.ledger.ended else 0


def _digest(watches: list[Watch]) -> str:
    """Return what two playings of one seed have in common: a hash over the hashes of all records."""
    told = "\n".join(",".join(watch.ledger.hashes.values()) for watch in watches)
    return hashlib.sha256(told.encode()).hexdigest()


def told(seed: int, faults: str) -> list[dict]:
    """Return the stories of a seed: one, or one for each terminal of a fleet."""
    if seed % FLEET_EVERY:
        return [stories.tell(seed, faults)]
    fleet = []
    for number in range(1, FLEET + 1):
        # Each terminal has a life and a key of its own.
        story = stories.tell(Prng(seed, "fleet %d" % number).next_u32(), faults, 6)
        story["terminal"]["id"] = "KT-%04d" % number
        fleet.append(story)
    return fleet


def play(fleet: list[dict], craft: Any) -> Played:
    """Play stories together, to the first violation: each has its terminal, and all have one office."""
    kernel = Kernel()
    offices: dict[str, Any] = {}
    watches: list[Watch] = []

    def watch(charger: Any) -> Watch:
        offices["/api/terminals/%s/" % charger.config.id] = charger.operator or charger.office
        charger.link.answer = lambda head, body: _office_of(offices, head).answer(head, body)
        watches.append(Watch(charger))
        return watches[-1]

    players = [Player(story, _ignore, craft, watch, kernel) for story in fleet]
    for player in players:
        player.begin()
    # A player stops the kernel when its story is over and at a violation.
    while kernel.run() and not _is_over(players):
        pass
    kernel.close()
    return Played(players, watches, kernel.now_ms)


def _office_of(offices: dict[str, Any], head: bytes) -> Any:
    """Return the books that the one office keeps for the terminal whose address a request bears."""
    address = head.split(b" ")[1].decode()
    (office,) = [office for path, office in offices.items() if address.startswith(path)]
    return office


def _is_over(players: list[Player]) -> bool:
    return any(player.violated() for player in players) or all(player.is_over() for player in players)


def _ignore(event: dict) -> None:
    """Take an event that nobody waits for."""
