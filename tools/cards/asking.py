"""Brings the keys to secure cards: from a file that only its owner can read, or, what it lacks, by a prompt.

It does not know cards, and takes no key from a command line, where every process could read it.
"""

from collections.abc import Callable
from typing import Any

from firmware.cards.card_keys import CardKeys
from firmware.crypto import jsontext
from firmware.errors import BoardError, CardError, CryptoError
from hal.common import card_secrets, files
from hal.common.aes import Aes

# Asks for a secret by a sentence, shows nothing of it, and returns what was typed.
Ask = Callable[[str], str]


def open_keys(path: str, ask: Ask) -> tuple[CardKeys, Aes]:
    """Return keys and AES; what the file leaves out, `master` and `privacy/value`, is asked for.

    Raises TerminalError, BoardError.
    """
    try:
        document = jsontext.parse(files.read(path), 3, 4096)
    except CryptoError:
        document = None
    missing = _missing(document) if isinstance(document, dict) else []
    if not missing:
        return card_secrets.open_keys(path)
    if len(missing) < len(_secrets(document)):
        # A file with one of the secrets is as secret as one with both.
        card_secrets.read_private("card_keys", path)
    for holder, name, sentence in missing:
        holder[name] = ask(sentence).strip()
    try:
        return CardKeys(document), Aes()
    except CardError as error:
        raise BoardError(f"{error} (in {path}, or as it was typed)") from None


def _secrets(document: dict[str, Any]) -> list[tuple[dict[str, Any], str, str]]:
    """Return where the secrets of a document stand, each with the sentence that asks for it."""
    found = [(document, "master", "Master key of the cards (32 hex digits)")]
    privacy = document.get("privacy")
    if isinstance(privacy, dict):
        found.append((privacy, "value", "Privacy key of the cards (32 hex digits)"))
    return found


def _missing(document: dict[str, Any]) -> list[tuple[dict[str, Any], str, str]]:
    return [place for place in _secrets(document) if place[1] not in place[0]]
