"""Measures what cards cost the MicroPython that runs it: garbage of an EV2 authentication, time of DDA.

It does not know bounds; it is started as `-m tools.benchmarks.on_board_cards ROUNDS NAME` and prints pairs of
numbers, a line a round. What the card answers was recorded before: its own work is not in the figures.
"""

import gc
import sys

from emulator.models import card_issuer, emv
from emulator.models.prng import Prng
from firmware.cards import cmac, desfire, tlv
from firmware.cards.emv import authentication, authorities, reading
from hal.common.aes import Aes
from tools.benchmarks.on_board import compare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

UID = "04A1B2C3D4E580"
VALUES = {0x9F66: b"\x36\0\x40\0", 0x9F02: bytes(6), 0x9F37: b"\xa1\xb2\xc3\xd4", 0x5F2A: b"\x09\x78"}
KIBIBYTE = 1024


def recorded(dialogue: "Generator[bytes, bytes, Any]", card: "Any", answers: "list[bytes]") -> "Any":
    """Drive a dialogue with a card, keep what it answers, return what the dialogue returns."""
    answer = None
    while True:
        try:
            command = dialogue.send(answer)  # type: ignore[arg-type]  # a generator begins with None
        except StopIteration as end:
            return end.value
        answer = card.transmit(command)
        answers.append(answer)


def replayed(dialogue: "Generator[bytes, bytes, Any]", answers: "list[bytes]") -> "Any":
    """Drive a dialogue with what was answered before, and return what it returns."""
    dialogue.send(None)  # type: ignore[arg-type]  # a generator begins with None
    try:
        for answer in answers:
            dialogue.send(answer)
    except StopIteration as end:
        return end.value
    raise AssertionError("the dialogue asked for more than was recorded")


def ev2(rounds: int) -> None:
    """Print the bytes that an AuthenticateEV2First leaves behind, beside those of a kibibyte."""
    aes = Aes()
    key = cmac.diversified(aes, card_issuer.MASTER, bytes.fromhex(UID) + card_issuer.AID + card_issuer.SYSTEM)
    own = bytes(range(16))

    def dialogue() -> "Generator[bytes, bytes, Any]":
        return desfire.authenticate(aes, 1, key, lambda count: own[:count])

    card = card_issuer.make({"uid": UID, "secure": "genuine"}, Prng(3, "card"))
    answers: list[bytes] = []
    recorded(desfire.select(card_issuer.AID), card, [])
    recorded(dialogue(), card, answers)
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()  # type: ignore[attr-defined]  # MicroPython's
        replayed(dialogue(), answers)
        garbage = gc.mem_alloc() - before  # type: ignore[attr-defined]
        gc.enable()
        print(garbage, KIBIBYTE)


def dda(rounds: int) -> None:
    """Compare a DDA check, certificates of issuer and card included, with its three modular powers."""
    known = authorities.Authorities([emv.authority_document()])
    card = emv.PaymentCard("4761739001010119", "2031-12", Prng(6, "card"), "DDA")
    application = recorded(reading.read(emv.AID, VALUES), card, [])
    answers: list[bytes] = []
    proof = recorded(authentication.authenticate(application, known, VALUES, (2026, 3)), card, answers)
    if not proof["holds"]:
        raise AssertionError(proof["why"])
    compare(
        lambda: replayed(authentication.authenticate(application, known, VALUES, (2026, 3)), answers),
        powers(application.objects, known, answers),
        rounds,
    )


def powers(objects: "dict[int, bytes]", known: "Any", answers: "list[bytes]") -> "Callable[[], object]":
    """Return a function of the powers alone, by sizes and exponents: their time depends on nothing else."""
    authority = known.find(emv.AID, objects[0x8F], None)
    sizes = [
        (len(objects[0x90]), authority.exponent),
        (len(objects[0x9F46]), int.from_bytes(objects[0x9F32], "big")),
        # The card's signature is as long as its key.
        (len(tlv.find(answers[-1][:-2], 0x80) or b""), int.from_bytes(objects[0x9F47], "big")),
    ]
    sums = [
        (int.from_bytes(b"\x6a" + bytes(range(7, 6 + size)), "big"), exponent, (1 << 8 * size) - 189)
        for size, exponent in sizes
    ]

    def run() -> None:
        for base, exponent, modulus in sums:
            pow(base, exponent, modulus)

    return run


BENCHMARKS = {"ev2": ev2, "dda": dda}

if __name__ == "__main__":
    BENCHMARKS[sys.argv[2]](int(sys.argv[1]))
