"""Draws one and the same QR code on every interpreter; tests/host/screens has others read them.

It does not know any decoder. The rows of KILOTAP were read by zxing-cpp when they were written down.
"""

import hashlib

from firmware.crypto import curve
from firmware.errors import ReceiptError
from firmware.screens import qr
from tests.portable import raises

KILOTAP = (
    "1fcd7f 105241 174c5d 174d5d 175d5d 104541 1fd57f 700 154a12 6206f af11f 19c61 57150 1a97 1fcaf7 "
    "104381 1756d3 174c76 175139 104062 1fd57b"
)
ADDRESS = "https://office.example/r/AbCdEfGhIjKlMnOpQrStUv"
# SHA-256 over the rows in hexadecimal, a blank between two.
ADDRESS_DRAWN = "cd1dea6bcaedc3b351df64500f1874ca41454af23bb4c9ad7cfc416d16da5cb8"


def drawn(text):
    return curve.finish(qr.rows_steps(text))


def as_hex(rows):
    return " ".join(["%x" % row for row in rows])


def test_the_same_modules_on_every_interpreter():
    assert as_hex(drawn("kilotap")) == KILOTAP
    assert hashlib.sha256(as_hex(drawn(ADDRESS)).encode()).digest().hex() == ADDRESS_DRAWN


def test_a_text_gets_the_smallest_version_that_holds_it():
    for count, size in (
        (1, 21),
        (14, 21),
        (15, 25),
        (26, 25),
        (27, 29),
        (62, 33),
        (63, 37),
        (84, 37),
        (106, 41),
    ):
        assert len(drawn("x" * count)) == size, count
    assert "at most 106" in str(raises(ReceiptError, drawn, "x" * 107))


def test_nothing_else_waits_long_for_a_code():
    # A slice is one block of correction, one mask, or one look at a masked code.
    assert len(list(qr.rows_steps(ADDRESS))) == 21
