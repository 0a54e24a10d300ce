"""The operator's keys to secure cards, as a file gives them (JSON).

It does not know who may read the file, and tells nothing of a key.
"""

from ..crypto import jsontext
from ..errors import CardError, CryptoError

MODES = (("plain", 0), ("mac", 1), ("full", 3))
MAX_FILE_BYTES = 256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CardKeys:
    """One DESFire application: its AID, the key of the cards (diversified or not), the contract's file.

    `contract_file` is None where there is no such file, `privacy_number` where no card hides its UID.
    """

    def __init__(self, document: "dict[str, Any]") -> None:
        """Take a document. Raises CardError that names the first member that is wrong, and no value."""
        _known(document, ("aid", "key", "master", "system", "diversified", "contract", "privacy"), "")
        self.aid = _octets(document, "aid", 3, 3)
        self.number: int = _number(document, "key", 0, 13)
        self.master = _octets(document, "master", 16, 16)
        self.is_diversified = document.get("diversified", True) is True
        self.system = _octets(document, "system", 0, 18) if "system" in document else b""
        contract, privacy = document.get("contract"), document.get("privacy")
        self.contract_file: "int | None" = None
        self.contract_bytes = self.contract_mode = 0
        if contract is not None:
            _known(contract, ("file", "bytes", "mode"), "contract/")
            self.contract_file = _number(contract, "file", 0, 31)
            self.contract_bytes = _number(contract, "bytes", 1, MAX_FILE_BYTES)
            modes = [mode for word, mode in MODES if word == contract.get("mode", "full") and mode]
            if not modes:
                raise CardError("contract/mode: has to be mac or full; what is plain could be forged")
            self.contract_mode = modes[0]
        self.privacy_number: "int | None" = None
        self.privacy = b""
        if privacy is not None:
            _known(privacy, ("key", "value"), "privacy/")
            self.privacy_number = _number(privacy, "key", 0, 13)
            self.privacy = _octets(privacy, "value", 16, 16)


def parse(content: bytes) -> CardKeys:
    """Return the keys in a file's content. Raises CardError, which quotes nothing of it."""
    try:
        document = jsontext.parse(content, 3, 4096)
    except CryptoError:
        document = None
    if not isinstance(document, dict):
        raise CardError("card keys: the file is no JSON object; write aid, key, master, system, contract")
    return CardKeys(document)


def _known(document: "Any", names: "tuple[str, ...]", path: str) -> None:
    if not isinstance(document, dict):
        raise CardError("card keys: %s: has to be an object" % path[:-1])
    for name in sorted(document):
        if name not in names:
            raise CardError(
                "card keys: %s has a member that is not known; there are %s" % (path, ", ".join(names))
            )


def _number(document: "dict[str, Any]", name: str, lowest: int, highest: int) -> int:
    number = document.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
        raise CardError("card keys: %s: has to be a whole number from %d to %d" % (name, lowest, highest))
    return number


def _octets(document: "dict[str, Any]", name: str, fewest: int, most: int) -> bytes:
    try:
        octets = bytes.fromhex(document[name])
    except (KeyError, TypeError, ValueError):
        octets = None
    if octets is None or not fewest <= len(octets) <= most:
        size = "%d" % most if fewest == most else "%d to %d" % (fewest, most)
        raise CardError("card keys: %s: has to be %s bytes in hexadecimal" % (name, size))
    return octets
