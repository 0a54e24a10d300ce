"""The short code of a receipt: a function of its signature, with a check that finds what people mistake.

It does not know receipts. What is expected follows from SHA-256 and Crockford's alphabet.
"""

import hashlib

from firmware.receipts import shortcode

SIGNATURE = bytes(range(64))


def test_the_code_is_forty_bits_of_the_signatures_digest_and_a_check():
    code = shortcode.of(SIGNATURE)
    digits = code.replace("-", "")
    number = 0
    for character in digits[:8]:
        number = number * 32 + shortcode.ALPHABET.index(character)
    assert number == int.from_bytes(hashlib.sha256(SIGNATURE).digest()[:5], "big")
    assert (len(code), code[3], code[7]) == (11, "-", "-")
    assert shortcode.of(SIGNATURE) == code != shortcode.of(bytes(64))


def test_what_people_write_or_say_for_it_is_read():
    for i in range(40):
        code = shortcode.of(bytes((i,)) * 64)
        said = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert shortcode.read(said) == shortcode.read(code.replace("-", "")) == code


def test_every_wrong_character_and_every_exchange_of_two_is_found():
    digits = shortcode.of(SIGNATURE).replace("-", "")
    for i in range(len(digits)):
        for other in shortcode.ALPHABET:
            if other != digits[i]:
                assert shortcode.read(digits[:i] + other + digits[i + 1 :]) is None
        for j in range(i):
            if digits[i] != digits[j]:
                swapped = digits[:j] + digits[i] + digits[j + 1 : i] + digits[j] + digits[i + 1 :]
                assert shortcode.read(swapped) is None


def test_what_is_no_code_is_none():
    for text in ("", "7", "7Q2-FM9-XC", "7Q2-FM9-XC55", "U" * 9, "*" * 9):
        assert shortcode.read(text) is None
