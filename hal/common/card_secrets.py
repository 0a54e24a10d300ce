"""Opens what cards are proved by: the operator's keys, from files that nobody else can read, with AES, and
the keys and certificates of the authorities that issue them.

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
FEWEST_HASH_BYTES, MOST_HASH_BYTES = 16, 64


def open_all(config: "Any") -> "dict[str, Any]":
    """Return by kind of `card_order` what proves it, if anything does. Raises TerminalError, BoardError."""
    opened: "dict[str, Any]" = {}
    for kind in config.card_order.split():
        if kind == "desfire":
            opened[kind] = open_keys(config.card_keys)
        elif kind == "vde":
            opened[kind] = open_issuers(config.card_issuers)
        elif kind == "emv" and config.bank_cards:
            opened[kind] = open_bank(config.bank_cards)
    return opened


def open_keys(path: str) -> "tuple[CardKeys, Aes]":
    """Return keys and AES. Raises TerminalError, BoardError."""
    from firmware.cards import card_keys
    from hal.common.aes import Aes

    content = read_private("card_keys", path)
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


def open_bank(terms: "dict[str, Any]") -> "dict[str, Any]":
    """Return what a tap of a bank card needs beside its terms: CA keys, the key of the hashes, AES, and what
    to call after it. Raises TerminalError, BoardError.
    """
    from firmware.cards.emv import authorities
    from hal.common.aes import Aes
    from hal.common.forgetting import forget

    content = files.read(terms["ca_keys"]) if terms["ca_keys"] else b"[]"
    try:
        known = authorities.parse(content)
    except CardError as error:
        raise BoardError("bank_cards/ca_keys: %s (in %s)" % (error, terms["ca_keys"]))
    path = terms["hash_key"]
    key = _hash_key(read_private("bank_cards/hash_key", path), path)
    return {"authorities": known, "hash_key": key, "aes": Aes(), "forget": forget}


def _hash_key(content: bytes, path: str) -> bytes:
    try:
        key = bytes.fromhex(content.decode().strip())
    except (UnicodeError, ValueError):
        key = b""
    if not FEWEST_HASH_BYTES <= len(key) <= MOST_HASH_BYTES:
        sizes = (FEWEST_HASH_BYTES, MOST_HASH_BYTES, path)
        raise BoardError(
            "bank_cards/hash_key: the key has to be %d to %d bytes in hexadecimal; make one: "
            "openssl rand -hex 32 > %s" % sizes
        )
    return key


def read_private(setting: str, path: str) -> bytes:
    """Return the content of a file that nobody but its owner can read. Raises TerminalError, BoardError."""
    content = files.read(path)
    if os.stat(path)[0] & OTHERS:
        raise BoardError("%s: others than the owner can read %s; run: chmod 600 %s" % (setting, path, path))
    return content
