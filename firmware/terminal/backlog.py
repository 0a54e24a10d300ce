"""Keeps what storage refused within bounds: what comes and goes is counted and not kept each time.

It does not know storage. Loaded only while storage takes nothing.
"""

# Cards that were turned away, each by itself; more are counted.
MOST_REJECTED = 8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Document = dict[str, Any]
    # Kind, members, and the moment at which it happened.
    Kept = tuple[str, Document, Document]


def keep(kept: "list[Kept]", kind: str, members: "Document", moment: "Document") -> None:
    """Add what was refused. A fault that comes and goes leaves its first coming and going, how often it did
    so again (`repeated`), and how it stands at last: three entries a fault, however long it lasts.
    """
    if "fault" in members:
        told = [i for i in range(len(kept)) if kept[i][1].get("fault") == members["fault"]]
        if told and kept[told[-1]][0] == kind:
            # Told anew with each try of what failed.
            return
        if len(told) > 2:
            kept.pop(told[-1])
            _repeat(kept, told[-2])
            return
    elif kind == "session.rejected":
        told = [i for i in range(len(kept)) if kept[i][0] == kind]
        if len(told) >= MOST_REJECTED:
            _repeat(kept, told[-1])
            return
    kept.append((kind, members, moment))


def _repeat(kept: "list[Kept]", i: int) -> None:
    kind, members, moment = kept[i]
    kept[i] = kind, dict(members, repeated=members.get("repeated", 0) + 1), moment
