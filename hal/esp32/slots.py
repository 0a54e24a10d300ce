"""The word to boot.py that the running firmware works, so that it goes on starting this slot.

It does not know how boot.py chooses; they share a line of text: the slot's letter and its unconfirmed starts.
"""

import os

STATE = "/slot"
FRESH = "/slot.new"


def confirm(state: str = STATE, fresh: str = FRESH) -> None:
    """Set the count of unconfirmed starts back; without boot.py's file there are no slots."""
    try:
        with open(state) as file:
            slot, starts = file.read().split()
    except (OSError, ValueError):
        return
    if starts != "0":
        with open(fresh, "w") as file:
            file.write("%s 0" % slot)
        os.rename(fresh, state)
