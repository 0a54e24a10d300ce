"""Opens what secure cards need: the operator's keys to them, from a file that nobody else can read, and AES.

It does not know cards. Without such a file nothing of it is loaded.
"""

import os

from firmware.errors import BoardError, CardError
from hal.common import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.cards.card_keys import CardKeys
    from hal.common.aes import Aes

# What stat() says of others than the owner; a file system without owners says nothing.
OTHERS = 0o077


def open_cards(path: str) -> "tuple[CardKeys, Aes] | None":
    """Return keys and AES, None where no file is named. Raises TerminalError, BoardError."""
    if not path:
        return None
    from firmware.cards import card_keys
    from hal.common.aes import Aes

    content = files.read(path)
    if os.stat(path)[0] & OTHERS:
        raise BoardError("card_keys: others than the owner can read %s; run: chmod 600 %s" % (path, path))
    try:
        return card_keys.parse(content), Aes()
    except CardError as error:
        raise BoardError("%s (in %s)" % (error, path))
