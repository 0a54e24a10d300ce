"""Holds the search for card numbers against hiding places, so that finding nothing means something."""

import base64
import random

import pytest

from tests import pan_search

PANS = ("4761739001010119", "6799998900000200033", "374245455400126")


@pytest.mark.parametrize("pan", PANS)
def test_a_number_is_found_in_every_form_behind_and_before_anything(pan: str) -> None:
    chance = random.Random(5)
    odd = "f" * (len(pan) % 2)
    for form in (
        pan.encode(),
        bytes.fromhex(pan + odd),
        bytes.fromhex(pan + "d31122010000" + odd),
        bytes.fromhex("1" + pan + "2" * (1 - len(pan) % 2)),
    ):
        for before in range(4):
            content = chance.randbytes(before) + form + chance.randbytes(5)
            for kept in (
                content,
                content.hex().encode(),
                content.hex().upper().encode(),
                base64.b64encode(content),
                base64.urlsafe_b64encode(content),
                base64.b64encode(content.hex().encode()),
            ):
                assert pan_search.found(pan, b"anything" + kept + b"else"), (form, before, kept)


@pytest.mark.parametrize("pan", PANS)
def test_what_may_be_shown_is_not_taken_for_the_number(pan: str) -> None:
    masked = pan[:6] + "*" * (len(pan) - 10) + pan[-4:]
    content = masked.encode()
    for kept in (
        content,
        content.hex().encode(),
        base64.b64encode(content),
        random.Random(5).randbytes(100_000),
    ):
        assert pan_search.found(pan, kept) == []
