"""Measures how long the decision on a card takes among many contracts and among few.

It does not know cards.
"""

from firmware.access.contracts import Contracts
from tools.benchmarks.measuring import Figures, compare, timed

MANY, FEW = 100_000, 1_000
CARDS, TURNS = 50, 10
PAIRS, QUICK_PAIRS = 100, 20
DATE = "2026-03-28"
# A step through the many that comes to no two neighbours.
STRIDE = 61_803


def contract_lookup(is_quick: bool) -> Figures:
    """Compare decisions on some cards among 100,000 contracts with those on as many among 1,000.

    The same few cards again and again: what is compared is the search, not what fits into a cache.
    """
    many, few = _contracts(MANY), _contracts(FEW)
    spread = [_token(number * STRIDE % MANY) for number in range(CARDS)]
    known = [_token(number) for number in range(CARDS)]

    def decide(contracts: Contracts, tokens: list[dict]) -> None:
        for token in tokens * TURNS:
            if not contracts.decide(token, DATE)["granted"]:
                raise ValueError("a card without its contract; this is a bug")

    pairs = QUICK_PAIRS if is_quick else PAIRS
    return compare(timed(lambda: decide(many, spread)), timed(lambda: decide(few, known)), pairs, is_quick)


def _contracts(count: int) -> Contracts:
    told = [
        {"contract": f"DE-KTP-C{number:06}-K", "uid": _uid(number), "tariff": "day", "valid_to": "2026-12-31"}
        for number in range(count)
    ]
    return Contracts(told, [])


def _token(number: int) -> dict:
    return {"type": "RFID", "uid": _uid(number), "level": "HEARSAY"}


def _uid(number: int) -> str:
    return "04%012X" % (number * 2654435761 % (1 << 48))
