"""Thousands of polls over a line that spoils every other answer: no wrong reading gets through."""

from tests.firmware.metering import bad_line
from tests.firmware.metering.bad_line import BadLine

POLLS = 600


def polled(model, seed):
    """Return the line after its polls."""
    line = BadLine(model, seed)
    for _ in range(POLLS):
        line.poll()
    return line


def test_no_spoiled_answer_becomes_a_reading_whatever_the_shape_of_the_reads():
    for model in ("eastron-sdm630", "abb-b23", "carlo-gavazzi-em24"):
        line = polled(model, 1)
        assert line.wrong == [], model
        assert sum([sum(counts) for counts in line.tally.values()]) == POLLS


def test_what_is_sound_is_read_through_echoes_noise_and_late_answers():
    line = polled("eastron-sdm630", 2)
    for fault in ("none", "echo", "noise around"):
        assert line.tally[fault][1] == 0 and line.tally[fault][0] > 0, fault
    for fault in ("late", "foreign unit"):
        assert line.tally[fault][0] > 0, fault
    for fault in ("few bits", "burst", "truncated", "other master", "refused", "silent"):
        assert line.tally[fault][0] == 0 and line.tally[fault][1] > 0, fault


def test_every_fault_is_played():
    line = polled("eastron-sdm120", 3)
    assert [fault for fault in bad_line.FAULTS if sum(line.tally[fault]) == 0] == []
