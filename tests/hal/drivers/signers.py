"""Signs with a board's key in a process of its own. It does not know what is signed."""

import asyncio

from tests.hal.drivers.telling import part, say


def sign(board: str, path: str, digest: str) -> None:
    """Say public key and signature."""

    async def run() -> None:
        try:
            signer = part(board, "signer").open_signer(path)
        except Exception as error:
            say([type(error).__name__, str(error)])
            return
        say(signer.public_key())
        say(await signer.sign(bytes.fromhex(digest)))

    asyncio.run(run())


def rotate(board: str, path: str, digest: str) -> None:
    """Say the key, the one that waits before and after it is made, and what signs after it took its place."""

    async def run() -> None:
        signer = part(board, "signer").open_signer(path)
        say([signer.public_key().hex(), signer.successor(False)])
        made = signer.successor(True)
        say([other.public_key().hex() for other in (made, signer.successor(True), signer.successor(False))])
        signer.adopt()
        again = part(board, "signer").open_signer(path)
        say([again.public_key().hex(), again.successor(False)])
        for one in (made, again):
            say(await one.sign(bytes.fromhex(digest)))

    asyncio.run(run())
