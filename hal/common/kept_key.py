"""Refuses to go on without the key that a ledger was signed with, before a new one is made in its place.

It does not know keys; whether a key is the right one is found when the ledger is read.
"""

import errno
import os

from firmware.errors import BoardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Storage

SEGMENTS = "ledger-"


def demand(path: str, storage: "Storage") -> None:
    """Raise BoardError where there are records and no key file."""
    try:
        os.stat(path)
    except OSError as error:
        if error.errno == errno.ENOENT and any(name.startswith(SEGMENTS) for name in storage.names()):
            raise BoardError(
                "key %s: missing, and the ledger holds records signed with it; put the file back, or name "
                "a new directory in `ledger`" % path
            )
