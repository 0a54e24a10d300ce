"""The upload of records: where to, in which form, and what the office's answer means.

It does not know what the records say or how bytes travel. `docs/protocol.md` has examples.
"""

from firmware.errors import BatchTooLarge
from firmware.uplink import answers

CONTENT_TYPE = "application/x-ndjson"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def path(terminal: str) -> str:
    """Return the path to POST to."""
    return answers.path(terminal, "records")


def answer(status: int, body: bytes) -> "dict[str, Any]":
    """Return `{"next_seq": n, …}`: the record with which to go on, however the office came to it.

    200 may bring `come_back_s` (when to call again), `orders` (the newest order's serial number, 0: there is
    none) and `poll_s` (after how long an idle terminal asks for orders). 409 says that records before
    the first were missing. 422 names the `line` (from 1) that does not hold and the `reason`; those before it
    are stored. BatchTooLarge for 413; UplinkError, with what the office said, for all other answers.
    """
    if status == 413:
        raise BatchTooLarge(str(answers.refusal(status, body)))
    if status in (401, 404):
        raise answers.refusal(status, body, "enrol this terminal, or correct its id")
    if status not in (200, 409, 422):
        raise answers.refusal(status, body)
    told = answers.read(status, body)
    result: "dict[str, Any]" = {"next_seq": answers.whole(told, "next_seq", 1)}
    if status == 200:
        for member, lowest in (("come_back_s", 0), ("orders", 0), ("poll_s", 1)):
            if told.get(member) is not None:
                result[member] = answers.whole(told, member, lowest)
    if status == 422:
        result["line"] = answers.whole(told, "line", 1)
        result["reason"] = (
            answers.plain(told["reason"]) if isinstance(told.get("reason"), str) else "no reason"
        )
    return result
