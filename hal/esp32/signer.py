"""The key of the ESP32, kept in its non-volatile store and used in plain Python.

It does not know what it signs, and never hands the key out. The store is as secret as the flash: who can
read the chip out has the key, unless flash and NVS encryption were burnt in when the board was made.
"""

import esp32

from firmware.crypto import p256
from firmware.errors import BoardError, CryptoError
from hal.common.soft_signer import SoftSigner
from hal.common.waiting import breathe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Entropy

NAMESPACE = "kilotap"
KEY = "key"
WAITING = "key_next"
KEY_BYTES = 32
ESP_ERR_NVS_NOT_FOUND = -0x1102


class Signer(SoftSigner):
    """The key in the store, beside which another one may wait to take its place."""

    def __init__(self, private: bytes, entropy: "Entropy") -> None:
        """Take the key (32 bytes) and what the next one is made of. Raises CryptoError for what is no key."""
        super().__init__(private, breathe)
        self._entropy = entropy

    def successor(self, make: bool) -> "Signer | None":
        """Return the key that waits in the store, made where there is none."""
        store = esp32.NVS(NAMESPACE)
        private = _read(store, WAITING)
        if private and p256.public_key(private) == self.public_key():
            # The power went after it had taken its place, and before it was removed from where it waited.
            store.erase_key(WAITING)
            store.commit()
            private = None
        if private is None and make:
            private = _make(store, WAITING, self._entropy)
        return Signer(private, self._entropy) if private else None

    def adopt(self) -> None:
        """Write the key that waits over this one; the store erases the older blob with its page."""
        store = esp32.NVS(NAMESPACE)
        private = _read(store, WAITING)
        if private:
            store.set_blob(KEY, private)
            store.commit()
            store.erase_key(WAITING)
            store.commit()


def open_signer(entropy: "Entropy") -> Signer:
    """Return the signer of the key in the store, made once where there is none. Raises BoardError."""
    store = esp32.NVS(NAMESPACE)
    private = _read(store, KEY) or _make(store, KEY, entropy)
    try:
        return Signer(private, entropy)
    except CryptoError:
        raise BoardError("key: what the chip's store holds is no key; the board has to be enrolled anew")


def _read(store: "esp32.NVS", name: str) -> "bytes | None":
    private = bytearray(KEY_BYTES)
    try:
        count = store.get_blob(name, private)
    except OSError as error:
        if error.errno == ESP_ERR_NVS_NOT_FOUND:
            return None
        raise BoardError("key: the chip's store cannot be read (%s); it has to be repaired" % error)
    if count != KEY_BYTES:
        raise BoardError("key: the chip's store holds %d bytes instead of %d" % (count, KEY_BYTES))
    return bytes(private)


def _make(store: "esp32.NVS", name: str, entropy: "Entropy") -> bytes:
    private = p256.generate(entropy.random)
    store.set_blob(name, private)
    store.commit()
    return private
