"""Spoils the newest record of a story's ledger while its power is off, and reads what is left at its end.

It does not know what should come of it.
"""

from collections.abc import Callable
from typing import Any

from emulator.simulation.play import Player
from firmware.crypto import jose
from firmware.ledger import segment
from firmware.ledger.journal import Journal


def spoil_at(player: Player, at_ms: int, more: Callable[[Any], None] = lambda disk: None) -> None:
    """Have the newest record go bad at a moment of the story, and what more is told to."""
    charger = player.charger

    async def damage() -> None:
        await charger.kernel.sleep_ms(at_ms)
        player.spoil(spoil)

    def spoil() -> None:
        disk = charger.disk.platter()
        (name,) = segment.each(disk)
        content = bytearray(disk.read(name))
        content[-300] ^= 1
        disk.replace(name, bytes(content))
        more(disk)

    charger.kernel.spawn(damage())


def records(player: Player) -> list[dict]:
    """Return the payloads of a ledger's records."""
    charger = player.charger
    return [
        charger.decode(jose.unb64url(compact.split(".")[1]))
        for _seq, compact in Journal(charger.disk).read_from(1)
    ]
