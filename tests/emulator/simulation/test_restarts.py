"""Takes the power away at every write and damages the disk: what a start knows is what was durable.

The stories are short, so that each write of a start, a session and its end is one of them.
"""

from firmware.ledger.checkpoint import SLOTS
from firmware.terminal import version
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import ALICE, clean

QUICK = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (30, "tap", "alice"),
    (10, "power", "on"),
    (5, "plug", False),
]
CUT = [(0, "power", "cut"), (5, "power", "on"), (5, "plug", False), (60, "wait", "idle")]


def later(seconds, act):
    """Return what lets something happen to a charger at a time of its story."""

    def tamper(charger):
        async def wait():
            await charger.kernel.sleep_ms(1000 * seconds)
            act(charger)

        charger.kernel.spawn(wait())

    return tamper


def test_power_that_goes_at_any_write_of_a_start_a_session_or_its_end_loses_nothing_that_the_office_lacks():
    for count in range(1, 12):
        steps = [(0, "link", "down"), (0, "cut_at_write", count)] + QUICK + [(30, "wait", "idle")] + QUICK
        more = [(60, "wait", "idle"), (0, "link", "up"), (600, "power", "on"), (1, "wait", "uploaded")]
        receipts, records, result = clean(steps + more)
        started = [record for record in records if record["kind"] == "session.started"]
        assert 1 <= len(started) == len(receipts) <= 2, count
        assert [receipt["receipt"] for receipt in receipts] == ["KT-0001-000001", "KT-0001-000002"][
            : len(receipts)
        ]
        billed_wh = sum([receipt["energy_wh"] for receipt in receipts])
        assert billed_wh == result["meter"]["last_wh"] - result["meter"]["first_wh"], count
        assert result["office"]["stored"] == len(records), count
        assert [record["kind"] for record in records].count("configured") == 1, count


def test_settings_are_recorded_once_and_again_when_they_changed():
    def change(charger):
        charger.config.timezone = "UTC0"

    steps = [(60, "power", "cut"), (5, "power", "on"), (60, "power", "cut"), (60, "power", "on")]
    same = Played(steps, lambda charger: None).holds().of("configured")
    changed = Played(steps, later(150, change)).holds().of("configured")
    assert len(same) == 1 and len(changed) == 2 and changed[0]["hash"] != changed[1]["hash"]
    assert same[0]["tariffs"] == ["day"]


def test_a_start_opens_a_contactor_that_somebody_left_closed():
    def tamper(charger):
        charger.world._commanded = charger.world.contactor_closed = True

    assert not Played([(5, "link", "up")], tamper).holds().charger.world.contactor_closed


def test_a_fault_is_remembered_across_a_power_cut_and_taken_back_once_it_is_mended():
    steps = [(5, "meter_fault", "silent"), (300, "power", "cut"), (5, "power", "on"), (300, "power", "cut")]
    more = [(5, "meter_fault", "none"), (5, "power", "on"), (300, "wait", "uploaded")]
    played = Played(steps + more, lambda charger: None).holds()
    assert [fault["fault"] for fault in played.of("fault")] == ["meter"]
    assert [fault["fault"] for fault in played.of("fault.cleared")] == ["meter"]
    assert played.charger.session().faults == ()


def test_a_record_is_on_its_way_as_soon_as_it_is_written():
    stored = []
    played = Played(
        [(60, "plug", True), (5, "tap", "alice"), (30, "tap", "alice")],
        later(75, lambda charger: stored.append(charger.office.stored)),
    ).holds()
    assert stored == [4] and played.records[3]["kind"] == "session.started"


def damaged(charger, old, new):
    """Damage the newer of the two checkpoints on the disk."""
    slots = [(int(charger.disk.read(name).split(b" ")[1]), name) for name in SLOTS]
    content = charger.disk.read(max(slots)[1])
    assert old in content
    charger.disk.replace(max(slots)[1], content.replace(old, new))


def test_a_damaged_checkpoint_costs_a_minute_and_no_energy():
    steps = [(5, "plug", True), (5, "tap", "alice"), (590, "link", "down"), (20, "link", "down")]

    def tamper(charger):
        damaged(charger, b'"progress":', b'"progres":')

    played = Played(steps + CUT, later(615, tamper)).holds()
    (receipt,) = played.of("session.ended")
    assert receipt["reason"] == "power_loss"
    assert receipt["energy_wh"] == played.result["meter"]["last_wh"] - played.result["meter"]["first_wh"]
    # A checkpoint a minute: the newest is that of the tenth minute, the one before it of the ninth.
    assert 530 <= receipt["duration_s"] < 600
    assert '"GV":"%s"' % version.FIRMWARE in receipt["ocmf"]


def test_a_checkpoint_with_one_digit_changed_is_not_believed():
    steps = [(5, "plug", True), (5, "tap", "alice"), (30, "tap", "alice"), (60, "link", "down")]
    seen = []

    def tamper(charger):
        damaged(charger, b'"acknowledged":5,', b'"acknowledged":9,')

    def look(charger):
        seen.append(charger.assembly.outbox.acknowledged)

    def both(charger):
        later(95, tamper)(charger)
        later(107, look)(charger)

    Played(steps + CUT, both).holds()
    assert seen and seen[0] <= 5


def test_a_cut_long_after_the_last_checkpoint_that_storage_took_bills_what_flowed_since():
    # For 40 minutes nothing can be kept; 7,333 Wh flow at 11 kW, far more than between two checkpoints.
    steps = [(5, "plug", True), (5, "tap", "alice"), (20, "storage_free_bytes", 1000), (2400, "power", "cut")]
    steps += [
        (5, "power", "on"),
        (5, "storage_free_bytes", 1000000),
        (600, "plug", False),
        (60, "wait", "idle"),
    ]
    settings = {"id": "KT-0001", "max_power_w": 11000}
    settings["contracts"] = [{"contract": "C1", "uid": ALICE, "tariff": "day"}]
    receipts, _records, result = clean(steps, terminal=settings)
    assert [receipt["energy_wh"] for receipt in receipts] == [
        result["meter"]["last_wh"] - result["meter"]["first_wh"]
    ]
    assert receipts[0]["energy_wh"] > 7000 and receipts[0]["flags"] == ["power_loss"]
