"""The load of a vehicle: exact to the W·ms, whatever the steps of time."""

from emulator.models.prng import Prng
from emulator.models.vehicle import W_MS_IN_WH, Vehicle


def plugged(power_w, battery_wh):
    vehicle = Vehicle(power_w, battery_wh)
    vehicle.plugged = True
    return vehicle


def total_w_ms(load):
    return sum([duration_ms * power_w for duration_ms, power_w in load])


def test_states_are_those_of_the_control_pilot():
    vehicle = Vehicle(11000, 10)
    assert vehicle.state() == "A"
    vehicle.plugged = True
    assert vehicle.state() == "C"
    vehicle.power_w = 0
    assert vehicle.state() == "B"
    vehicle.power_w = 11000
    vehicle.draw(3_600_000, True)
    assert vehicle.is_full()
    assert vehicle.state() == "B"
    vehicle.plugged = False
    assert vehicle.state() == "A"


def test_nothing_is_drawn_without_plug_or_power():
    vehicle = Vehicle(11000, 10)
    assert vehicle.draw(1000, True) == [(1000, 0)]
    vehicle.plugged = True
    assert vehicle.draw(1000, False) == [(1000, 0)]
    assert vehicle.until_full_ms() == 3273  # 10 Wh at 11 kW: 3,272.7… ms


def test_the_millisecond_in_which_the_battery_fills_is_exact():
    # 10 Wh are 36,000,000 W·ms: 3,272 ms at 11 kW and 8,000 W·ms in the next.
    assert plugged(11000, 10).draw(5000, True) == [(3272, 11000), (1, 8000), (1727, 0)]
    assert plugged(10000, 10).draw(3600, True) == [(3600, 10000)]
    assert plugged(10000, 10).draw(3599, True) == [(3599, 10000)]
    assert plugged(11000, 10).draw(3273, True) == [(3272, 11000), (1, 8000)]
    assert plugged(40_000_000, 10).draw(10, True) == [(1, 36_000_000), (9, 0)]


def test_steps_of_time_change_nothing():
    prng = Prng(3)
    for _ in range(20):
        power_w, battery_wh = prng.between(1, 22000), prng.between(1, 50)
        vehicle = plugged(power_w, battery_wh)
        drawn_w_ms = 0
        while not vehicle.is_full():
            duration_ms = prng.between(1, 3_600_000)
            load = vehicle.draw(duration_ms, True)
            assert sum([stretch[0] for stretch in load]) == duration_ms
            drawn_w_ms += total_w_ms(load)
        assert drawn_w_ms == battery_wh * W_MS_IN_WH
        assert vehicle.until_full_ms() is None


def test_power_changes_by_steps():
    vehicle = plugged(11000, 60000)
    assert vehicle.draw(1000, True) == [(1000, 11000)]
    vehicle.power_w = 6000
    assert vehicle.draw(1000, True) == [(1000, 6000)]
