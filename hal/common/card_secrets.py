"""Opens what cards are proved by: the operator's keys to them, from a file that nobody else can read, with
AES, and the certificates of the authorities that issue them.

It does not know cards. Of a kind that the terminal does not ask for nothing is loaded.
"""

import os

from firmware.errors import BoardError, CardError
from hal.common import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.cards.card_keys import CardKeys
    from firmware.crypto.x509 import Certificate
    from hal.common.aes import Aes

# What stat() says of others than the owner; a file system without owners says nothing.
OTHERS = 0o077


def open_all(config: "Any") -> "dict[str, Any]":
    """Return by kind of `card_order` what proves it, if anything does. Raises TerminalError, BoardError."""
    opened: "dict[str, Any]" = {}
    for kind in config.card_order.split():
        if kind == "desfire":
            opened[kind] = open_keys(config.card_keys)
        elif kind == "vde":
            opened[kind] = open_issuers(config.card_issuers)
    return opened


def open_keys(path: str) -> "tuple[CardKeys, Aes]":
    """Return keys and AES. Raises TerminalError, BoardError."""
    from firmware.cards import card_keys
    from hal.common.aes import Aes

    content = files.read(path)
    if os.stat(path)[0] & OTHERS:
        raise BoardError("card_keys: others than the owner can read %s; run: chmod 600 %s" % (path, path))
    try:
        return card_keys.parse(content), Aes()
    except CardError as error:
        raise BoardError("%s (in %s)" % (error, path))


def open_issuers(path: str) -> "list[Certificate]":
    """Return the authorities of cards with certificates. Raises TerminalError, BoardError."""
    from firmware.cards import issuers

    try:
        return issuers.parse(files.read(path))
    except CardError as error:
        raise BoardError("card_issuers: %s (in %s)" % (error, path))
