"""Proves when the office is called again."""

from firmware.uplink.backoff import LONGEST_HINT_S, pause_s

NONE = bytes(4)
ALL = b"\xff" * 4


def test_the_window_doubles_up_to_its_cap():
    assert [pause_s(failures, 300, None, ALL) for failures in range(1, 11)] == [
        2, 4, 8, 16, 32, 64, 128, 256, 300, 300,
    ]  # fmt: skip
    assert pause_s(10**9, 86400, None, ALL) == 86400


def test_the_draw_is_even_from_one_second_to_the_window():
    drawn = [pause_s(3, 300, None, (draw << 28).to_bytes(4, "big")) for draw in range(16)]
    # A window of 8 seconds, 16 draws spread evenly: each second twice.
    assert drawn == [second for second in range(1, 9) for _ in range(2)]


def test_there_is_always_a_pause():
    for failures in (0, 1, 5):
        assert pause_s(failures, 1, None, NONE) == 1
    assert pause_s(1, 300, 0, ALL) == 1


def test_the_hint_of_the_office_wins():
    assert pause_s(9, 300, 7, ALL) == 7
    assert pause_s(1, 300, 5000, NONE) == 5000
    assert pause_s(1, 300, 10**9, NONE) == LONGEST_HINT_S
