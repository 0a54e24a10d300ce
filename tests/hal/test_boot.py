"""Proves the choice between two firmware slots; boot.py runs on an ESP32 alone, its choice runs anywhere."""

from pathlib import Path

import pytest

import boot
from hal.esp32 import slots


def make(root: Path, *letters: str) -> str:
    """Put a firmware into slots and return the root as boot.py wants it."""
    for letter in letters:
        folder = root / f"slot-{letter}"
        folder.mkdir()
        (folder / "main.py").write_text("")
    return f"{root}/"


def chosen(root: str) -> str:
    """Return the letter that a start chooses."""
    return boot.choose(root)[-1]


def confirm(root: str) -> None:
    """Do what the terminal's watchdog does after a minute."""
    slots.confirm(root + "slot", root + "slot.new")


def test_firmware_that_proves_good_is_started_for_ever(tmp_path: Path) -> None:
    root = make(tmp_path, "a", "b")
    for _ in range(10):
        assert chosen(root) == "a"
        confirm(root)


def test_firmware_that_never_proves_good_makes_way_after_three_starts(tmp_path: Path) -> None:
    root = make(tmp_path, "a", "b")
    (tmp_path / "slot").write_text("b 0")
    assert [chosen(root) for _ in range(7)] == ["b", "b", "b", "a", "a", "a", "b"]
    confirm(root)
    assert chosen(root) == "b"


def test_a_single_slot_is_started_again_and_again(tmp_path: Path) -> None:
    root = make(tmp_path, "b")
    (tmp_path / "slot").write_text("b 0")
    assert [chosen(root) for _ in range(6)] == ["b"] * 6


def test_an_empty_slot_is_told_and_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make(tmp_path, "a")
    (tmp_path / "slot").write_text("b 1")
    assert chosen(root) == "a"
    assert "slot b is empty; slot a runs instead" in capsys.readouterr().out
    assert (tmp_path / "slot").read_text() == "a 1"


@pytest.mark.parametrize("state", ["", "c 0", "a", "a x", "a 1 2", "\0\0\0"])
def test_a_damaged_state_is_told_and_counts_as_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    root = make(tmp_path, "a", "b")
    (tmp_path / "slot").write_text(state)
    assert chosen(root) == "a"
    assert "does not say which slot to start" in capsys.readouterr().out
    assert (tmp_path / "slot").read_text() == "a 1"


def test_without_any_firmware_it_says_what_to_copy_where(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=f"copy main.py, firmware/ and hal/ to {tmp_path}/slot-a"):
        boot.choose(f"{tmp_path}/")


def test_firmware_without_slots_has_nothing_to_confirm(tmp_path: Path) -> None:
    confirm(f"{tmp_path}/")
    assert list(tmp_path.iterdir()) == []
