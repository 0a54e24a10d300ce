"""Changes the terminal's key: the new one is announced under the old one, durably, and then takes its place.

It does not know where keys are kept. Whenever the power goes, the ledger says which key is the terminal's,
and that key is there: the new one is stored before it is announced, and the old one goes after.
"""

import hashlib

from ..crypto import jose
from ..errors import StorageRefused, TerminalError
from ..ledger import announced, chain, rotation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import KeptSigner

    from ..ledger.journal import Journal
    from .recorder import Recorder
    from .startup import Assembly


async def rotate(
    recorder: "Recorder", signer: "KeptSigner", acknowledged: int = 0
) -> "tuple[dict[str, Any], KeptSigner]":
    """Announce a new key and let it take the old one's place; return the record's payload and the new signer.

    `acknowledged` is the last record that the office has, 0 before the first. Raises StorageRefused and
    BoardError, and then the old key goes on, or OSError where the new key, which counts already, could not
    take its place: the next start does that.
    """
    successor = signer.successor(True)
    if successor is None:
        raise TerminalError("the board keeps no second key, so its key cannot be changed")
    public = successor.public_key()
    replaces = jose.thumbprint(signer.public_key())
    # What is due before would take the number that the proof is for.
    await recorder.settle()
    proved = rotation.proof_input(recorder.terminal, recorder.known["next_seq"], replaces, public)
    signature = await successor.sign(hashlib.sha256(proved).digest())
    members = rotation.members(replaces, public, proved, signature)
    payload = await recorder.write(chain.KEY_ROTATED, members, recorder.moment())
    recorder.use(successor)
    # Before the old key goes, for nobody could announce the new one again.
    announced.keep(recorder.journal, acknowledged, payload["seq"])
    signer.adopt()
    return payload, successor


async def retire(parts: "Assembly", signer: "KeptSigner", has_office: bool) -> None:
    """Let another key take the place of the one that the configuration wants to see no more.

    Not before the office knows the first one, from which alone it follows to the others.
    """
    if has_office and not parts.outbox.acknowledged:
        return
    try:
        await rotate(parts.recorder, signer, parts.outbox.acknowledged)
    except (StorageRefused, OSError) as error:
        parts.room.failed(str(error))


def finish(signer: "KeptSigner", key: str, journal: "Journal", acknowledged: int) -> "KeptSigner":
    """Return the signer of the ledger's key (a thumbprint), after the power went before it took its place.

    Raises TerminalError where that key is not on this board.
    """
    current = jose.thumbprint(signer.public_key())
    successor = signer.successor(False)
    if successor is None or jose.thumbprint(successor.public_key()) != key:
        told = (key[:8], current[:8])
        raise TerminalError(
            "the ledger was signed with the key %s…, not %s…; put its key back, or begin a new ledger" % told
        )
    try:
        announced.keep(journal, acknowledged)
        signer.adopt()
    except OSError:
        # It counts and signs already; the next start lets it take its place.
        return successor
    return successor
