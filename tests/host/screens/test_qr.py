"""Has zxing-cpp read our QR codes, segno draw the same ones, and a simple count judge their penalties.

It does not know what a terminal shows.
"""

import random
import string

import pytest
import segno
import zxingcpp
from PIL import Image

from firmware.crypto import curve
from firmware.screens import qr
from hal.common import qr_text

LETTERS = string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%äöü€"
# Those that fill a version to its last byte.
FULL = {14: 1, 26: 2, 42: 3, 62: 4, 84: 5, 106: 6}


def drawn(text: str) -> list[int]:
    return list(curve.finish(qr.rows_steps(text)))


def modules(rows: list[int]) -> list[list[int]]:
    size = len(rows)
    return [[row >> (size - 1 - column) & 1 for column in range(size)] for row in rows]


def read(light: list[list[int]]) -> list[str]:
    """Let the decoder read a picture of modules, 4 pixels each, of which 1 is light."""
    picture = Image.new("L", (len(light[0]), len(light)))
    picture.putdata([255 * module for row in light for module in row])
    large = picture.resize((4 * picture.width, 4 * picture.height), Image.Resampling.NEAREST)
    return [code.text for code in zxingcpp.read_barcodes(large)]


def with_quiet_zone(rows: list[int]) -> list[list[int]]:
    side = [1] * 4
    body = [side + [1 - module for module in row] + side for row in modules(rows)]
    edge = [[1] * len(body[0])] * 4
    return edge + body + edge


@pytest.mark.parametrize("count", [*range(1, 106, 7), *FULL])
def test_an_independent_decoder_reads_what_was_written(count):
    chance = random.Random(count)  # noqa: S311 - texts to try, no secrets
    text = "".join(chance.choice(LETTERS) for _ in range(count))
    while len(text.encode()) > count:
        text = text[:-1]
    assert read(with_quiet_zone(drawn(text))) == [text]


@pytest.mark.parametrize("count", FULL)
def test_an_independent_encoder_draws_the_same_modules_under_one_of_the_masks(count):
    # Texts that leave no room alone: where there is some, segno puts a zero byte more before the padding.
    text = "".join(random.Random(count).choice(string.ascii_letters) for _ in range(count))  # noqa: S311
    options = {"version": FULL[count], "error": "m", "mode": "byte", "boost_error": False}
    theirs = [[list(row) for row in segno.make(text, mask=mask, **options).matrix] for mask in range(8)]
    assert modules(drawn(text)) in theirs
    # And of all eight it is the one that is easiest to read.
    penalties = [penalty(matrix) for matrix in theirs]
    assert penalty(modules(drawn(text))) == min(penalties)
    for matrix, expected in zip(theirs, penalties, strict=True):
        assert qr._penalty([int("".join(map(str, row)), 2) for row in matrix]) == expected


def penalty(matrix: list[list[int]]) -> int:
    """Count as ISO/IEC 18004, 7.8.3 says it, module by module."""
    size = len(matrix)
    found = 0
    for lines in (matrix, [list(column) for column in zip(*matrix, strict=True)]):
        for line in lines:
            text = "".join(map(str, line))
            for run in text.replace("01", "0 1").replace("10", "1 0").split():
                found += len(run) - 2 if len(run) >= 5 else 0
            found += 40 * sum(text[at:].startswith(("10111010000", "00001011101")) for at in range(size))
    for y in range(size - 1):
        for x in range(size - 1):
            block = {matrix[y][x], matrix[y][x + 1], matrix[y + 1][x], matrix[y + 1][x + 1]}
            found += 3 if len(block) == 1 else 0
    percent = 100 * sum(map(sum, matrix)) / size**2
    return found + 10 * int(abs(percent - 50) / 5)


def test_the_code_is_drawn_in_letters_for_displays_that_have_nothing_else():
    rows = drawn("https://office.example/r/AbCdEfGhIjKlMnOpQrStUv")
    upper = {letter: halves[0] for halves, letter in qr_text.HALVES.items()}
    lower = {letter: halves[1] for halves, letter in qr_text.HALVES.items()}
    light = []
    for line in qr_text.lines(rows):
        light += [[1 - upper[letter] for letter in line], [1 - lower[letter] for letter in line]]
    assert read(light) == ["https://office.example/r/AbCdEfGhIjKlMnOpQrStUv"]
