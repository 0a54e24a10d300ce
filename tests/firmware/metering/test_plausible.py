"""What a register may say after another: 11 kW are 3.06 Wh a second, 44 kW are 12.2."""

from firmware.metering import plausible


def test_fuse_and_power_bound_what_can_flow():
    assert plausible.most_w(22_000, 0, 3, 0) == 22_000
    # 32 A at 230 V and a tenth.
    assert plausible.most_w(0, 32, 3, 0) == 24_288
    assert plausible.most_w(0, 32, 1, 0) == plausible.most_w(22_000, 32, 1, 0) == 8_096
    assert plausible.most_w(11_000, 32, 3, 0) == 11_000


def test_where_neither_is_told_the_meters_rating_bounds_it_or_its_phases():
    # 65 A at 230 V and a tenth, in three phases and in one.
    assert plausible.most_w(0, 0, 3, 65) == 49_335
    assert plausible.most_w(0, 0, 1, 65) == 16_445
    # A map without voltages does not tell its phases.
    assert plausible.most_w(0, 0, 0, 65) == 49_335
    assert plausible.most_w(0, 0, 1, 0) == 25_300
    assert plausible.most_w(0, 0, 3, 0) == plausible.most_w(0, 0, 0, 0) == 400_000


def test_what_is_told_counts_before_the_meters_rating():
    # Transformers may be between, whatever the model is called.
    assert plausible.most_w(0, 250, 3, 65) == 189_750
    assert plausible.most_w(150_000, 0, 3, 65) == 150_000


def test_standing_still_and_charging_are_plausible():
    assert plausible.judge(1000, 2000, 1000, 11000) is None
    assert plausible.judge(1000, 2000, 1006, 11000) is None
    assert plausible.judge(0, 3_600_000, 11000, 11000) is None


def test_a_register_never_goes_back():
    assert plausible.judge(1000, 2000, 999, 11000) == plausible.BACKWARDS
    assert plausible.judge(1000, None, 999, 11000) == plausible.BACKWARDS


def test_more_than_the_fuse_allows_is_a_jump():
    assert plausible.judge(1000, 3_600_000, 1000 + 11000 + 100, 11000) == plausible.JUMP
    # The lifetime register billed as a session's energy (evcc-io/evcc#29656): 939 kWh in an hour.
    assert plausible.judge(0, 3_600_000, 939_000, 44000) == plausible.JUMP


def test_a_meter_may_be_some_seconds_and_one_step_behind():
    # 100 ms at 11 kW are 0.3 Wh; five seconds add 15 Wh, a register above 131,072 kWh steps by 16.
    assert plausible.judge(1000, 100, 1017, 11000) is None
    assert plausible.judge(1000, 100, 1018, 11000) == plausible.JUMP
    assert plausible.judge(200_000_000, 100, 200_000_016, 11000, 16) is None


def test_without_a_known_time_a_day_at_the_fuse_is_possible():
    assert plausible.judge(1000, None, 1000 + 264_000, 11000) is None
    assert plausible.judge(1000, None, 1000 + 265_000, 11000) == plausible.JUMP


def balanced(powers_w, flowed_mw_s, step_ms=2000, resolution_wh=1):
    """Return what is said of readings of these powers, between which so many mW s a mW flowed, or None."""
    balance = plausible.Balance()
    balance.restart(1000, powers_w[0])
    flowed_w_ms = 0
    for power_w in powers_w[1:]:
        flowed_w_ms += power_w * step_ms * flowed_mw_s // 1000
        now_wh = 1000 + flowed_w_ms // 3_600_000 // resolution_wh * resolution_wh
        said = balance.judge(step_ms, now_wh, power_w, resolution_wh)
        if said:
            return said
    return None


def test_power_and_energy_that_agree_are_never_blamed():
    for power_w in (0, 5, 230, 11_000, 350_000):
        for step_ms in (100, 2000, 9000):
            assert balanced([power_w] * 200, 1000, step_ms) is None
    assert balanced([11_000] * 200, 1000, 2000, 100) is None
    # Up and down all the time: between two readings any of it may have flowed.
    assert balanced([0, 11_000] * 100, 1000) is None


def test_a_register_that_stands_still_or_runs_away_is_blamed_within_two_minutes():
    assert balanced([11_000] * 61, 0) == plausible.DISAGREES
    assert balanced([11_000] * 61, 2000) == plausible.DISAGREES
    assert balanced([11_000] * 61, 100) == plausible.DISAGREES
    # 100 Wh a step: ten steps take five and a half minutes at 11 kW.
    assert balanced([11_000] * 61, 0, 2000, 100) is None
    assert balanced([11_000] * 200, 0, 2000, 100) == plausible.DISAGREES


def test_less_than_a_minute_says_nothing():
    assert balanced([11_000] * 29, 0) is None


def test_readings_far_apart_say_nothing():
    assert balanced([11_000] * 60, 0, 10_001) is None


def test_a_disagreement_lasts_and_is_forgiven_after_ten_minutes():
    balance = plausible.Balance()
    balance.restart(1000, 11_000)
    said = None
    for _ in range(40):
        said = balance.judge(2000, 1000, 11_000, 1) or said
    assert said == plausible.DISAGREES
    for elapsed_ms in (3000, 20_000, 599_000):
        assert balance.judge(elapsed_ms, 1000, 11_000, 1) == plausible.DISAGREES
    assert balance.judge(600_001, 1000, 11_000, 1) is None


def test_a_meter_without_power_is_not_judged_by_it():
    balance = plausible.Balance()
    balance.restart(1000, None)
    for number in range(100):
        assert balance.judge(2000, 1000 + number, None, 1) is None
