"""Issues secure cards: an application with the operator's keys and the contract's file on a blank DESFire.

It does not know readers. A card that was interrupted is begun anew: the key of its application stays the
factory's until all else is done. One that is done is known by its keys, and not issued twice.
"""

import binascii
import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from firmware.cards import cmac, desfire, rfid, secure_rfid
from firmware.cards.card_keys import CardKeys
from firmware.errors import CardError
from tools import outputs

Dialogue = Generator[bytes, bytes, Any]
FAILURES = (CardError,)

CREATE_APPLICATION, DELETE_APPLICATION = 0xCA, 0xDA
CREATE_FILE, WRITE_DATA, CHANGE_KEY = 0xCD, 0x3D, 0xC4
MASTER_APPLICATION = bytes(3)
APPLICATION_KEY = 0
FACTORY_KEY = bytes(16)
# Whoever has the application's key may change it; by it alone files and keys are listed and made.
KEY_SETTINGS = 0x0B
AES_KEYS = 0x80
KEY_VERSION = b"\x01"
# One frame holds a command with 31 bytes of content, filled up to 32, and its code.
MOST_CONTRACT_BYTES = 31


class Kept(CardError):
    """A card whose application has another key than the factory's."""


class Issuer:
    """Turns a blank card into one that `secure_rfid` knows."""

    def __init__(self, keys: CardKeys, aes: Any, random: Callable[[int], bytes]) -> None:
        if keys.number == APPLICATION_KEY or keys.privacy_number in (APPLICATION_KEY, keys.number):
            raise CardError("card keys: key and privacy/key have to be two, and neither 0, the application's")
        if keys.contract_file is None or keys.contract_bytes > MOST_CONTRACT_BYTES:
            raise CardError(f"card keys: contract/bytes has to be there, and at most {MOST_CONTRACT_BYTES}")
        self._keys, self._aes, self._random = keys, aes, random

    def issued(self, uid: bytes, contract: str) -> Dialogue:
        """Issue the card, read it back, return its UID. Raises CardError; the card may be tried again."""
        content = self._content(contract)
        if rfid.is_random(uid):
            raise CardError("this card hides its UID already; take a blank one")
        try:
            yield from self._make_application()
        except Kept:
            # Whoever issued it may have been interrupted before that was noted.
            return (yield from self._read_back(uid, contract, "it was issued before, or by somebody else"))
        channel = yield from self._authenticated(FACTORY_KEY)
        yield from self._make_file(channel, content)
        identity = uid + self._keys.aid + self._keys.system
        yield from self._change_keys(channel, identity)
        return (
            yield from self._read_back(uid, contract, "it does not say what was written to it; put it aside")
        )

    def _read_back(self, uid: bytes, contract: str, otherwise: str) -> Dialogue:
        """Return the UID of a card that proves our keys and says this contract. Raises CardError."""
        try:
            found = yield from secure_rfid.identify(self._keys, self._aes, self._random, uid)
        except desfire.NotGenuine:
            found = None
        if not found:
            raise CardError(f"the card's application has another key: {otherwise}")
        if found["contract"] != contract:
            raise CardError(f"the card says {found['contract']}, not {contract}: {otherwise}")
        return found["token"]["uid"]

    def _content(self, contract: str) -> bytes:
        content = contract.encode("ascii", "replace")
        if secure_rfid.contract_text(content) != contract or len(content) > self._keys.contract_bytes:
            raise CardError(
                f"a contract on a card has up to {self._keys.contract_bytes} printable characters"
            )
        return content + bytes(self._keys.contract_bytes - len(content))

    def _make_application(self) -> Dialogue:
        """Make it anew, in place of one that was begun before and not finished."""
        if (yield from desfire.select(self._keys.aid)):
            channel = yield from self._authenticated(FACTORY_KEY)
            content = channel.sealed(DELETE_APPLICATION, self._keys.aid[::-1], b"", desfire.MAC)
            # The answer carries no code: the key that would make it is gone.
            _body, status = yield from desfire.native(DELETE_APPLICATION, content)
            if status != desfire.OK:
                raise CardError(f"the card keeps what was begun on it ({desfire.meaning(status)})")
        if not (yield from desfire.select(MASTER_APPLICATION)):
            raise CardError("the card is no DESFire of EV2 or later")
        count = max(self._keys.number, self._keys.privacy_number or 0) + 1
        made = self._keys.aid[::-1] + bytes((KEY_SETTINGS, AES_KEYS | count))
        _body, status = yield from desfire.native(CREATE_APPLICATION, made)
        if status != desfire.OK:
            raise CardError(f"the card takes no application ({desfire.meaning(status)}); take a blank one")
        yield from desfire.select(self._keys.aid)

    def _authenticated(self, key: bytes) -> Dialogue:
        try:
            channel = yield from desfire.authenticate(self._aes, APPLICATION_KEY, key, self._random)
        except desfire.NotGenuine as error:
            raise Kept(str(error)) from None
        return channel

    def _make_file(self, channel: desfire.Channel, content: bytes) -> Dialogue:
        number, size = self._keys.contract_file or 0, len(content).to_bytes(3, "little")
        # Reading takes the card's key, writing and changing the application's, both at once nobody's.
        rights = bytes((APPLICATION_KEY | 0xF0, self._keys.number << 4 | APPLICATION_KEY))
        yield from channel.ask(CREATE_FILE, bytes((number, self._keys.contract_mode)) + rights + size)
        header = bytes((number, 0, 0, 0)) + size
        yield from channel.ask(WRITE_DATA, header, content, self._keys.contract_mode)

    def _change_keys(self, channel: desfire.Channel, identity: bytes) -> Dialogue:
        """Set every key, the application's last: until then an interrupted card can be begun anew."""
        own = cmac.diversified(self._aes, self._keys.master, identity)
        count = max(self._keys.number, self._keys.privacy_number or 0) + 1
        for number in range(1, count):
            key = self._random(16)
            if number == self._keys.number:
                key = own if self._keys.is_diversified else self._keys.master
            elif number == self._keys.privacy_number:
                key = self._keys.privacy
            yield from channel.ask(
                CHANGE_KEY, bytes((number,)), key + KEY_VERSION + key_check(key), desfire.FULL
            )
        # A factory's key is zeros, so that a new key is also its difference to the old one.
        key = cmac.diversified(self._aes, self._keys.master, identity + b"\0")
        content = channel.sealed(CHANGE_KEY, bytes((APPLICATION_KEY,)), key + KEY_VERSION, desfire.FULL)
        # The answer carries no code: the key that would make it is gone.
        _body, status = yield from desfire.native(CHANGE_KEY, content)
        if status != desfire.OK:
            raise CardError(f"the card did not take its application's key ({desfire.meaning(status)})")


class Batch:
    """The contracts of a list and those of them that have a card; a file of JSON lines remembers."""

    def __init__(self, contracts: list[str], done: Path) -> None:
        """Take up a batch. Raises CardError for a contract that stands twice, or notes that are none."""
        if len(set(contracts)) != len(contracts):
            raise CardError("a contract stands twice in the list; every card has one of its own")
        self._contracts, self._path = contracts, done
        self._done = {line["contract"] for line in _noted(done)}

    def open_contracts(self) -> Iterator[str]:
        """Yield the contracts that have no card yet."""
        for contract in self._contracts:
            if contract not in self._done:
                yield contract

    def progress(self) -> str:
        """Return how far it is."""
        return f"{len(self._done.intersection(self._contracts))} of {len(self._contracts)} issued"

    def note(self, uid: str, contract: str) -> None:
        """Remember a card, durably: a contract that is noted gets no second one. Raises OSError."""
        line = json.dumps({"uid": uid, "contract": contract})
        try:
            outputs.append(self._path, line.encode() + b"\n")
        except OSError as error:
            told = f"{error.strerror}; the card is issued and not noted there, so add the line {line}"
            raise OSError(error.errno, told, str(self._path)) from error
        self._done.add(contract)


def _noted(done: Path) -> Iterator[dict[str, str]]:
    """Yield what a batch has noted. Raises CardError that names a line cut short, as by a power cut."""
    lines = done.read_bytes().splitlines() if done.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            noted = json.loads(line)
            yield {"uid": noted["uid"], "contract": noted["contract"]}
        except (ValueError, KeyError, TypeError):
            raise CardError(
                f"{done}, line {number}: no card that was issued; mend or remove the line"
            ) from None


def key_check(key: bytes) -> bytes:
    """Return the CRC-32 of a new key as ChangeKey carries it: not inverted, the lowest byte first."""
    return (binascii.crc32(key) ^ 0xFFFFFFFF).to_bytes(4, "little")
