"""Reads cards with a board's reader in a process of its own. It knows no kind of card."""

import asyncio

from tests.hal.drivers.telling import part, say


def said(command: str):
    """Say one command, octets in hex or so many times the same ("00ff*9"); return the response."""
    octets, _, times = command.partition("*")
    return (yield bytes.fromhex(octets) * int(times or "1"))


def read_card(board: str, name: str, apdu: str) -> None:
    """Wait for a card twice; say UID, an answer, and that it went."""

    async def run() -> None:
        reader = part(board, "reader").open_reader(name)
        say("ready")
        for _ in range(2):
            card = await reader.wait_card()
            say([card.uid.hex(), (await card.converse(said(apdu))).hex() if apdu else ""])
            await reader.wait_removed()
            say("removed")
            if apdu:
                try:
                    await card.transmit(bytes.fromhex(apdu))
                except OSError:
                    say("gone")

    asyncio.run(run())
