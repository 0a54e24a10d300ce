"""Which part of the ledger may go when room is short: whole segments that the office has, never the newest.

It does not know how much room there is.
"""

from firmware.ledger import segment

# The newest segments stay for the technician, and so that the next record finds the one before it.
KEPT = 2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Storage


def removable(storage: "Storage", acknowledged: int) -> "list[str]":
    """Return the names of segments whose every record is acknowledged, oldest first."""
    names = segment.names(storage)
    found = []
    for name, following in zip(names[:-KEPT], names[1:]):
        # The segment ends where the next one begins.
        if segment.first_seq(following) - 1 > acknowledged:
            break
        found.append(name)
    return found
