"""Plays stories with an office, or a way to it, that does not behave: it stalls, refuses sizes, forgets."""

from tests.emulator.simulation.test_play import CHARGE, clean


def test_a_link_that_takes_nothing_stops_neither_sessions_nor_the_upload_for_good():
    steps = [(0, "link", "stalls")] + CHARGE + [(600, "link", "up"), (1, "wait", "uploaded")]
    receipts, records, result = clean(steps)
    assert len(receipts) == 1 and result["office"]["stored"] == len(records)
    assert result["office"]["duplicates"] == 0
