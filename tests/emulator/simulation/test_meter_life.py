"""Plays what happens to meters: registers that lie, lines that spoil, a meter that is another one."""

from emulator.models import meter_maps
from firmware.receipts import ocmf
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import CHARGE, story

# Twenty sessions take minutes there; the registers of every meter are read there by the models' own test.
CPYTHON_ONLY = ("test_every_meter_is_billed_to_the_last_digit_that_it_shows",)
# Each is hurt ten minutes after the start: 11 kW have given 1,833 Wh by then.
HURT_S = 600
# What a register steps by at 20,123 kWh, by maker; 1 where none stands. A float32 loses digits there.
STEPS_WH = {
    "eastron": 2,
    "abb": 10,
    "carlo-gavazzi": 100,
    "janitza": 2,
    "finder": 2,
    "inepro": 2,
    "iskra": 10,
}
TEN_MINUTES_WH = 1834


def hurt(fault, **changes):
    """Return the session that is hurt by a fault of the meter, mended five minutes later."""
    begin = [(5, "plug", True), (5, "tap", "alice"), (HURT_S, "meter_fault", fault)]
    rest = [(300, "meter_fault", "none"), (5, "plug", False), (1800, "wait", "idle")]
    return Played(begin + rest, lambda charger: None, **changes)


def test_a_register_that_lies_ends_the_session_at_the_last_good_reading_and_says_so():
    for fault in ("not_available", "rollover", "backwards", "jump"):
        played = hurt(fault).holds()
        receipt = played.of("session.ended")[0]
        assert receipt["reason"] == "meter_fault", fault
        assert receipt["flags"] == ["meter_fault", "last_good_reading"], fault
        assert TEN_MINUTES_WH - 20 <= receipt["energy_wh"] <= TEN_MINUTES_WH, fault
        # The meter's record claims nothing of the minute in which the meter was not believed.
        begin_s, read_s = [seconds(reading["TM"]) for reading in ocmf.parse(receipt["ocmf"])[1]["RD"]]
        assert receipt["duration_s"] - 1 <= read_s - begin_s <= receipt["duration_s"] + 1, fault
        assert seconds(receipt["stop"]["local"]) > read_s + 30, fault
        told = [record for record in played.of("fault") if record["fault"] == "meter"]
        assert len(told) == 1 and len(played.of("fault.cleared")) == 1, fault


def seconds(moment):
    """Return the seconds of a day at which a moment is, of an OCMF record or a receipt."""
    hours, minutes, passed_s = [int(part) for part in moment[11:19].split(":")]
    return 3600 * hours + 60 * minutes + passed_s


def test_power_that_disagrees_with_the_energy_ends_the_session():
    played = hurt("wrong_power").holds()
    receipt = played.of("session.ended")[0]
    assert (receipt["reason"], receipt["flags"]) == ("meter_fault", ["meter_fault", "last_good_reading"])
    # A window of a minute, and what was read in it before it was full.
    assert receipt["energy_wh"] <= TEN_MINUTES_WH + 2 * 184
    assert "power and energy disagree" in played.of("fault")[0]["what"]


def test_a_line_with_echoes_and_noise_costs_nothing():
    for fault in ("echo", "noise"):
        played = hurt(fault).holds()
        assert played.of("fault") == [], fault
        assert played.of("session.ended")[0]["reason"] == "unplugged"


def test_every_meter_is_billed_to_the_last_digit_that_it_shows():
    for name in meter_maps.names():
        meter = {"model": name, "serial": "21110042", "register_wh": 20_123_456}
        steps = [(5, "plug", True), (5, "tap", "alice"), (300, "tap", "alice"), (60, "plug", False)]
        terminal = dict(story(steps)["terminal"])
        terminal["meter_model"] = name
        played = Played(steps, lambda charger: None, meter=meter, terminal=terminal).holds()
        receipt = played.of("session.ended")[0]
        # Not every map knows where its meter keeps its number.
        assert played.charger.world.counted_wh(receipt["meter"]["serial"]) is not None, name
        assert receipt["meter"]["stop_wh"] == played.result["meter"]["last_wh"], name
        assert receipt["meter"]["start_wh"] == played.result["meter"]["first_wh"], name
        maker = [known for known in STEPS_WH if name.startswith(known)]
        step_wh = STEPS_WH[maker[0]] if maker and name != "carlo-gavazzi-em580" else 1
        assert receipt["meter"]["resolution_wh"] == step_wh, name
        digits = {10: 2, 100: 1}.get(step_wh, 3)
        record = ocmf.parse(receipt["ocmf"])[0]
        assert len(record.split('"RV":')[2].split(",")[0].split(".")[1]) == digits, name


def test_the_map_of_another_meter_is_noticed_within_minutes():
    # The terminal believes in three phases: the power that it reads is always 0.
    meter = {"model": "eastron-sdm120", "serial": "21110042", "register_wh": 123_456}
    played = Played(CHARGE, lambda charger: None, meter=meter).holds()
    receipt = played.of("session.ended")[0]
    assert receipt["reason"] == "meter_fault" and receipt["energy_wh"] <= 2 * 184


def swapped(at_ms, *more):
    """Return a session in which the meter is another one from a moment on, without a pause."""

    def tamper(charger):
        async def exchange():
            await charger.kernel.sleep_ms(at_ms)
            charger.world.sync()
            charger.world._meter.swap("7", charger.world._meter.counted_wh() + 20)

        charger.kernel.spawn(exchange())

    return Played(CHARGE + list(more), tamper)


def test_a_meter_exchanged_without_a_pause_is_noticed_by_its_number_within_ten_minutes():
    played = swapped(600_000)
    receipt = played.of("session.ended")[0]
    assert (receipt["reason"], receipt["meter"]["serial"]) == ("meter_fault", "21110042")
    assert "meter_changed" in receipt["flags"]
    # At 11 kW ten minutes more: what flowed through the foreign meter before it was noticed.
    assert receipt["energy_wh"] <= TEN_MINUTES_WH + 20 + 1850
    fault = played.of("fault")[0]
    assert fault["fault"] == "meter" and "7, not 21110042" in fault["what"]
    assert "kilotap meter replace" in fault["what"]


def test_no_session_begins_on_a_meter_that_was_not_commissioned():
    more = [(60, "plug", False), (900, "plug", True), (5, "tap", "alice"), (5, "plug", False)]
    played = swapped(600_000, *more)
    assert len(played.of("session.started")) == 1
    # The driver's own tap came too late, for the session had ended; the next driver is turned away.
    assert [record["reason"] for record in played.of("session.rejected")] == ["out_of_order"] * 2


def test_a_meter_exchanged_while_the_terminal_was_off_is_noticed_at_the_start():
    steps = CHARGE + [(60, "power", "cut"), (60, "power", "on"), (120, "plug", True), (5, "tap", "alice")]

    def tamper(charger):
        async def exchange():
            await charger.kernel.sleep_ms(3_600_000 + 120_000)
            charger.world.sync()
            charger.world._meter.swap("7", 5)

        charger.kernel.spawn(exchange())

    played = Played(steps + [(60, "plug", False)], tamper)
    assert len(played.of("session.started")) == 1
    assert "7, not 21110042" in played.of("fault")[0]["what"]


def test_a_meter_exchanged_just_before_a_session_begins_is_noticed_though_its_register_is_plausible():
    shown = []

    def tamper(charger):
        async def exchange():
            await charger.kernel.sleep_ms(3_600_000 + 120_000)
            charger.world.sync()
            charger.world._meter.swap("7", charger.world.shown_wh() + 50)

        charger.on_screen = shown.append
        charger.kernel.spawn(exchange())

    played = Played(CHARGE + [(240, "plug", True), (5, "tap", "alice"), (60, "plug", False)], tamper)
    assert len(played.of("session.started")) == 1
    assert shown[-1]["lines"] == ["Out of order", "The energy meter", "was exchanged"]
    assert "7, not 21110042" in played.of("fault")[0]["what"]


def test_a_silence_that_an_exchange_ends_while_the_terminal_is_off_is_told_as_that_at_the_start():
    shown = []

    def tamper(charger):
        charger.on_screen = shown.append

    other = {"serial": "7", "register_wh": 500}
    silent = [(60, "meter_fault", "silent"), (600, "power", "cut"), (5, "meter_fault", "none")]
    steps = CHARGE + silent + [(0, "meter_exchange", other), (60, "power", "on"), (600, "link", "up")]
    told = [record["what"] for record in Played(steps, tamper).holds().of("fault")]
    assert len(told) == 2 and "did not answer" in told[0] and "7, not 21110042" in told[1]
    assert shown[-1]["lines"] == ["Out of order", "The energy meter", "was exchanged"]


def test_a_meter_that_refuses_its_number_is_served_without_one_and_one_that_had_one_is_not():
    def without(at_ms):
        def tamper(charger):
            async def forget():
                await charger.kernel.sleep_ms(at_ms)
                meter = charger.world._meter
                meter._areas = [area for area in meter._areas if area[1] != 0x8900]

            charger.kernel.spawn(forget())

        terminal = dict(story([])["terminal"], meter_model="janitza-b23")
        meter = {"model": "janitza-b23", "serial": "21110042", "register_wh": 123_456}
        return Played(CHARGE, tamper, meter=meter, terminal=terminal)

    served = without(0).holds()
    assert served.of("meter.commissioned")[0]["meter"]["serial"] == ""
    assert served.of("session.ended")[0]["reason"] == "card"
    # The number that the ledger knows is asked for every ten minutes.
    lost = without(600_000)
    assert lost.of("meter.commissioned")[0]["meter"]["serial"] == "21110042"
    assert lost.of("session.ended")[0]["reason"] == "meter_fault"
    assert "the meter is without a number, not 21110042" in lost.of("fault")[0]["what"]
