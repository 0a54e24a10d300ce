"""Plays a few dozen sessions whose meter lies at some moment; `make test-meter` plays hundreds."""

from tests.host.metering.meter_stories import play


def test_whatever_the_meter_does_a_session_bills_what_flowed_and_was_measured():
    wrong = [[str(played.told), *played.wrong] for played in play(range(1, 31)) if played.wrong]
    assert wrong == []
