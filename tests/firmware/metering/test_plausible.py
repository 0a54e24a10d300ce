"""What a register may say after another: 11 kW are 3.06 Wh a second, 44 kW are 12.2."""

from firmware.metering import plausible


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


def test_a_meter_may_be_one_refresh_and_one_step_behind():
    # 100 ms at 11 kW are 0.3 Wh; the refresh adds 3 Wh, a register above 131,072 kWh steps by 16.
    assert plausible.judge(1000, 100, 1005, 11000) is None
    assert plausible.judge(1000, 100, 1006, 11000) == plausible.JUMP
    assert plausible.judge(200_000_000, 100, 200_000_016, 11000, 16) is None


def test_without_a_known_time_only_the_direction_is_judged():
    assert plausible.judge(1000, None, 5_000_000, 11000) is None
