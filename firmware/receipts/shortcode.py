"""Makes the short code of a receipt, which people compare and read out: nine characters of its signature.

It does not know receipts. Eight characters are the first 40 bits of the SHA-256 of the signature, in
Crockford's base 32; the ninth finds every wrong character and every exchange of two.
"""

import hashlib

# Without I, L, O and U, which are mistaken for others.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 8


def of(signature: bytes) -> str:
    """Return the code of a receipt's signature (r and s, 64 bytes): `7Q2-FM9-XC5`."""
    head = int.from_bytes(hashlib.sha256(signature).digest()[:5], "big")
    digits = [head >> 5 * i & 31 for i in range(CHARACTERS - 1, -1, -1)]
    digits.append(_check(digits))
    # As bytes: of a text, MicroPython would keep each character that it ever cut out.
    alphabet = ALPHABET.encode()
    code = bytes([alphabet[digit] for digit in digits]).decode()
    return code[:3] + "-" + code[3:6] + "-" + code[6:]


def read(text: str) -> "str | None":
    """Return a code as `of` writes it, from what a person typed or heard; None where the check fails."""
    code = ""
    for character in text.upper():
        if character not in "- ":
            code += "1" if character in "IL" else "0" if character == "O" else character
    if len(code) != CHARACTERS + 1 or [one for one in code if one not in ALPHABET]:
        return None
    digits = [ALPHABET.index(one) for one in code]
    if _check(digits[:CHARACTERS]) != digits[CHARACTERS]:
        return None
    return code[:3] + "-" + code[3:6] + "-" + code[6:]


def _check(digits: "list[int]") -> int:
    """Return the sum of the digits in GF(32), each times another power of x (x^5 = x^2 + 1)."""
    added = 0
    for digit in digits:
        added ^= digit
        added <<= 1
        if added & 32:
            added ^= 0x25
    return added
