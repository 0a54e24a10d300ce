"""Ends the terminal's process in order (SIGTERM) at all moments of a session, and starts it again."""

from tests.emulator.simulation.test_bad_ports import Played

TAP = [(5, "plug", True), (5, "tap", "alice")]
END = [(600, "power", "on"), (60, "plug", False), (5, "wait", "idle"), (1, "wait", "uploaded")]


class Stopped(Played):
    """A playing whose terminal is stopped at a time; `seen` is how it left the charger."""

    def __init__(self, at_ms, steps, checkpoint_s=None):
        def tamper(charger):
            if checkpoint_s:
                charger.config.checkpoint_s = checkpoint_s
            charger.kernel.spawn(stop(charger))

        async def stop(charger):
            await charger.kernel.sleep_ms(at_ms)
            charger.stop()
            self.seen = (charger.world.is_commanded(), charger.world.contactor_closed, charger.is_powered())
            self.stopped_wh = charger.world.shown_wh()
            await charger.kernel.sleep_ms(60000)
            self.flowed_wh = charger.world.shown_wh() - self.stopped_wh

        Played.__init__(self, steps, tamper)


def test_an_orderly_end_in_mid_session_lets_no_power_flow_and_the_next_start_bills_it_whole():
    played = Stopped(610000, TAP + [(900, "link", "up")] + END, checkpoint_s=3600).holds()
    assert played.seen == (False, False, False) and played.flowed_wh == 0
    (receipt,) = played.of("session.ended")
    assert receipt["reason"] == "power_loss"
    # 11 kW from the tap at 10 s to the end at 610 s.
    assert (
        receipt["energy_wh"] == played.result["meter"]["last_wh"] - played.result["meter"]["first_wh"] == 1833
    )
    # The last checkpoint of its own would be an hour old: the end wrote one, of the last reading.
    assert 595 <= receipt["duration_s"] <= 600


def test_an_orderly_end_at_any_moment_of_the_start_loses_no_session_and_no_energy():
    for at_ms in (1, 5000, 10004, 10012, 10020, 10200, 11000):
        played = Stopped(at_ms, TAP + [(60, "link", "up")] + END).holds()
        assert played.seen == (False, False, False) and played.flowed_wh == 0, at_ms
        billed_wh = sum([receipt["energy_wh"] for receipt in played.of("session.ended")])
        assert len(played.of("session.started")) == len(played.of("session.ended")), at_ms
        assert billed_wh == played.result["meter"]["last_wh"] - played.result["meter"]["first_wh"], at_ms


def test_an_orderly_end_at_rest_remembers_what_the_office_has():
    played = Stopped(3600000, [(7200, "power", "on"), (60, "wait", "uploaded")]).holds()
    # Both starts are records; what was acknowledged before the end is not sent again.
    assert [record["kind"] for record in played.records].count("boot") == 2
    assert played.result["office"]["duplicates"] == 0
