"""AES-CMAC (RFC 4493) and keys of a card derived from a master key (NXP AN10922).

It does not know AES, which is the board's: `aes.encrypt_cbc(key, vector, blocks)`.
"""

from ..errors import CardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BLOCK = 16
ZEROS = bytes(BLOCK)
# The polynomial of the field of 2**128 elements (RFC 4493, 2.3).
REDUCTION = 0x87
# AN10922, 2.2.1: the constant that parts keys of AES-128 from others, and the bytes that it may stand before.
DIVERSIFY_AES128 = b"\x01"
MAX_DIVERSIFICATION = 31


def cmac(aes: "Any", key: bytes, message: bytes) -> bytes:
    """Return the code of a message under a key of 16 bytes, 16 bytes."""
    return _chained(aes, key, message, max(BLOCK, -(-len(message) // BLOCK) * BLOCK))


def diversified(aes: "Any", master: bytes, identity: bytes) -> bytes:
    """Return the key of 16 bytes of the card of that identity: UID, application and system (AN10922, 2.2.1).

    Raises CardError for an identity that is not 1 to 31 bytes long.
    """
    if not 1 <= len(identity) <= MAX_DIVERSIFICATION:
        told = (MAX_DIVERSIFICATION, len(identity))
        raise CardError("a card's key is derived from 1 to %d bytes, not %d" % told)
    return _chained(aes, master, DIVERSIFY_AES128 + identity, 2 * BLOCK)


def _chained(aes: "Any", key: bytes, message: bytes, size: int) -> bytes:
    """Return the last block of the message in CBC mode, filled up to a size, its end masked by a subkey."""
    mask = _doubled(int.from_bytes(aes.encrypt_cbc(key, ZEROS, ZEROS), "big"))
    if len(message) < size:
        message += b"\x80" + bytes(size - len(message) - 1)
        mask = _doubled(mask)
    last = int.from_bytes(message[-BLOCK:], "big") ^ mask
    return aes.encrypt_cbc(key, ZEROS, message[:-BLOCK] + last.to_bytes(BLOCK, "big"))[-BLOCK:]


def _doubled(number: int) -> int:
    """Return x · number in the field (RFC 4493, 2.3, generate_subkey)."""
    doubled = number << 1
    return doubled ^ (1 << 128 | REDUCTION) if doubled >> 128 else doubled
