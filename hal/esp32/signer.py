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
KEY_BYTES = 32
ESP_ERR_NVS_NOT_FOUND = -0x1102


def open_signer(entropy: "Entropy") -> SoftSigner:
    """Return the signer of the key in the store, made once where there is none. Raises BoardError."""
    store = esp32.NVS(NAMESPACE)
    private = bytearray(KEY_BYTES)
    try:
        count = store.get_blob(KEY, private)
    except OSError as error:
        if error.errno != ESP_ERR_NVS_NOT_FOUND:
            raise BoardError("key: the chip's store cannot be read (%s); it has to be repaired" % error)
        private = bytearray(p256.generate(entropy.random))
        store.set_blob(KEY, private)
        store.commit()
        count = KEY_BYTES
    if count != KEY_BYTES:
        raise BoardError("key: the chip's store holds %d bytes instead of %d" % (count, KEY_BYTES))
    try:
        return SoftSigner(bytes(private), breathe)
    except CryptoError:
        raise BoardError("key: what the chip's store holds is no key; the board has to be enrolled anew")
