"""Plays a register that lies, at every phase of a charger's life: nobody pays for what it says meanwhile."""

from tests.emulator.simulation.test_bad_ports import Played

# Two hundred sessions take minutes there.
CPYTHON_ONLY = (
    "test_a_lie_at_any_phase_bills_no_watt_hour_that_did_not_flow",
    "test_a_lie_is_remembered_however_long_it_lasts",
)
LIES = ("jump", "backwards", "rollover", "not_available")
CHARGE = [(5, "plug", True), (5, "tap", "alice"), (600, "tap", "alice"), (60, "plug", False)]
REST = [(60, "wait", "idle")]
MENDED = "meter_fault", "none"
CUT, BACK = (5, "power", "cut"), (60, "power", "on")
# What happens before the lie, between it and its end, and after that.
PHASES = {
    "at the very first reading": ([(0, "power", "cut")], [(1, "power", "on")], [(900, "wait", "idle")]),
    "before a tap": ([], [], REST),
    "at a tap": ([], CHARGE[:2], CHARGE[2:] + REST),
    "while a session starts": (CHARGE[:2], [], CHARGE[2:] + REST),
    "while charging": (CHARGE[:2] + [(600, "link", "up")], [], CHARGE[3:] + REST),
    "at a stop": (CHARGE[:3], [], CHARGE[3:] + REST),
    "after a cut": (CHARGE[:2] + [(600, "power", "cut")], [BACK], CHARGE[3:] + REST),
    "after a restart": ([CUT], [BACK] + CHARGE[:2], CHARGE[2:] + REST),
}


def played(phase, lie, lasting_s):
    """Return a story of a session, a phase in which the register lies, and one more session."""
    begin, during, rest = PHASES[phase]
    before = [] if phase.endswith("first reading") else CHARGE + REST
    hurt = begin + [(0, "meter_fault", lie)] + during + [(lasting_s,) + MENDED] + rest
    return Played(before + hurt + CHARGE + REST, lambda charger: None)


def test_a_lie_at_any_phase_bills_no_watt_hour_that_did_not_flow():
    for phase in PHASES:
        for lie in LIES:
            for lasting_s in (2, 300):
                told = (phase, lie, lasting_s)
                story = played(*told)
                assert not story.result["invariants"]["violated"], told
                first_wh, last_wh = story.result["meter"]["first_wh"], story.result["meter"]["last_wh"]
                receipts = story.of("session.ended")
                given_wh = sum(record["unbilled_wh"] for record in story.of("session.started"))
                billed_wh = sum(receipt["energy_wh"] for receipt in receipts)
                if (phase, lie) == ("at the very first reading", "backwards"):
                    # What it began too low by was never billed, and is given back.
                    given_wh -= 1000
                assert billed_wh + given_wh == last_wh - first_wh and given_wh <= 200, told
                for receipt in receipts:
                    assert (
                        first_wh <= receipt["meter"]["start_wh"] <= receipt["meter"]["stop_wh"] <= last_wh
                    ), told
                # What lasts is told, once, and taken back.
                assert len(story.of("fault")) == len(story.of("fault.cleared")) <= 1, told


def test_a_first_reading_after_a_start_is_held_against_the_ledger():
    for lie, word in (("jump", "jump"), ("rollover", "backwards")):
        steps = CHARGE + REST + [CUT, (0, "meter_fault", lie), BACK]
        story = Played(
            steps + [(60, "plug", True), (5, "tap", "alice"), (5, "plug", False)], lambda charger: None
        )
        fault = story.of("fault")[0]
        assert (
            fault["fault"] == "meter" and word in fault["what"] and "kilotap meter replace" in fault["what"]
        )
        assert "125289" in fault["what"]
        assert len(story.of("session.started")) == 1 and len(story.of("session.rejected")) == 1


def test_energy_that_can_have_flowed_while_the_terminal_was_away_is_believed_and_given_back():
    def counted(wh, **settings):
        def tamper(charger):
            async def flow():
                await charger.kernel.sleep_ms(1_200_000)
                charger.world.sync()
                charger.world._meter.advance(3_600_000, wh)

            charger.kernel.spawn(flow())

        steps = CHARGE + REST + [(5, "power", "cut"), (3600, "power", "on")] + CHARGE
        terminal = dict(settings, id="KT-0001")
        terminal["contracts"] = [{"contract": "C1", "uid": "04A1B2C3D4E580", "tariff": "day"}]
        return Played(steps, tamper, terminal=terminal)

    # An hour, and ten minutes in which the register may have moved before the terminal went.
    assert [record["unbilled_wh"] for record in counted(25_000, max_power_w=22000).of("session.started")] == [
        0,
        25_000,
    ]
    assert len(counted(27_000, max_power_w=22000).of("session.started")) == 1
    # 16 A in each of three phases, at 253 V.
    assert [record["unbilled_wh"] for record in counted(14_000, fuse_a=16).of("session.started")] == [
        0,
        14_000,
    ]
    assert len(counted(15_000, fuse_a=16).of("session.started")) == 1


def test_the_first_meter_is_commissioned_before_anybody_charges():
    story = Played([(60, "power", "cut"), (5, "power", "on")] + CHARGE, lambda charger: None).holds()
    (record,) = story.of("meter.commissioned")
    meter = {"model": "eastron-sdm630", "serial": "21110042", "wh": 123456, "resolution_wh": 1}
    assert record["meter"] == meter


def test_another_meter_before_the_first_session_is_refused():
    other = {"serial": "7", "register_wh": 123456}
    steps = [(60, "power", "cut"), (5, "meter_exchange", other), (5, "power", "on")] + CHARGE
    story = Played(steps, lambda charger: None)
    assert "7, not 21110042" in story.of("fault")[0]["what"] and story.of("session.started") == []


def test_a_lie_is_remembered_however_long_it_lasts():
    # At the power that any connector carries, a megawatt-hour would be possible after two and a half hours.
    steps = CHARGE + [(60, "meter_fault", "jump"), (6 * 3600, "plug", True), (5, "tap", "alice")]
    story = Played(
        steps + [(5, "plug", False), (5,) + MENDED, (60, "wait", "idle")] + CHARGE, lambda charger: None
    )
    assert not story.result["invariants"]["violated"]
    assert [record["unbilled_wh"] for record in story.of("session.started")] == [0, 0]
