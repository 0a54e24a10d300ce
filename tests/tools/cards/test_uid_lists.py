"""Lists of UIDs as other systems write them, in the one form."""

import pytest

from firmware.errors import CardError
from tests.tools.cards.holding import (
    UID,
)
from tools.cards import uid_lists


@pytest.mark.parametrize(
    ("given", "order", "form", "uid"),
    [
        ("04:a1:b2:c3:d4:e5:80", "as-read", "hex", UID),
        ("80 E5 D4 C3 B2 A1 04", "reversed", "hex", UID),
        ("287454020", "as-read", "decimal4", "11223344"),
        ("1144201745", "reversed", "decimal4", "11223344"),
        (str(int(UID, 16)), "as-read", "decimal7", UID),
    ],
)
def test_lists_of_other_systems_come_into_one_form(given: str, order: str, form: str, uid: str) -> None:
    assert uid_lists.canonical(given, order, form) == uid


def test_what_is_no_uid_is_named_with_its_line() -> None:
    lines = uid_lists.normalise(["# ours", UID, "", "xyz", "08112233", UID.lower(), "0102"], "as-read", "hex")
    assert [(line.number, line.uid) for line in lines] == [
        (2, UID),
        (4, None),
        (5, None),
        (6, None),
        (7, None),
    ]
    assert "line 2" in str(lines[3].why)
    for given, form in (
        ("4294967296", "decimal4"),
        ("-1", "decimal4"),
        ("１２", "decimal4"),
        ("1" * 5000, "decimal7"),
    ):
        with pytest.raises(CardError):
            uid_lists.canonical(given, "as-read", form)
