"""Plays stories on a charger whose contactor and panel take their time."""

from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import CHARGE


def lagging(lag_ms):
    """Return what makes contacts and auxiliary contact follow so late."""

    def tamper(charger):
        charger.world.contactor_lag_ms = lag_ms

    return tamper


def energy_of(played):
    """Return (billed, known as not billed, counted by the meter) in Wh."""
    billed_wh = sum([receipt["energy_wh"] for receipt in played.of("session.ended")])
    unbilled_wh = sum([started["unbilled_wh"] for started in played.of("session.started")])
    result = played.result["meter"]
    return billed_wh, unbilled_wh, result["last_wh"] - result["first_wh"]


def test_a_contactor_that_lags_within_its_time_is_no_fault_and_its_last_energy_is_billed():
    for lag_ms in (15, 300, 480):
        played = Played(CHARGE, lagging(lag_ms)).holds()
        billed_wh, unbilled_wh, counted_wh = energy_of(played)
        assert played.of("fault") == [] and unbilled_wh == 0, lag_ms
        # 11 kW flow for the hour between the taps, and to the watt-hour until the contacts have opened.
        assert billed_wh == counted_wh == 10999 or billed_wh == counted_wh == 11000, lag_ms


def test_a_contactor_that_lags_for_too_long_is_told_and_no_energy_is_forgotten():
    played = Played(CHARGE + [(60, "plug", True)] + CHARGE[1:], lagging(900))
    assert not played.result["invariants"]["violated"]
    told = [fault["what"] for fault in played.of("fault") if fault["fault"] == "contactor"]
    assert told and "told to close and stays open" in told[0]
    assert len(played.of("session.started")) == len(played.of("session.ended"))
    assert [record["fault"] for record in played.of("fault.cleared")].count("contactor") >= 1
    billed_wh, unbilled_wh, counted_wh = energy_of(played)
    # What flowed after the last session's reading waits for the next one: at most 11 kW for a second.
    assert 0 <= counted_wh - billed_wh - unbilled_wh <= 4


def test_a_panel_that_holds_everything_up_changes_no_bill():
    for block_ms in (200, 3000):

        def tamper(charger, each_ms=block_ms):
            show = charger.on_screen

            def slow(screen):
                charger.kernel.block_ms(each_ms)
                show(screen)

            charger.on_screen = slow

        played = Played(CHARGE, tamper).holds()
        billed_wh, unbilled_wh, counted_wh = energy_of(played)
        assert billed_wh == counted_wh and unbilled_wh == 0, block_ms
        (receipt,) = played.of("session.ended")
        assert receipt["reason"] == "card" and played.of("fault") == []
        assert 10900 < billed_wh < 11100
