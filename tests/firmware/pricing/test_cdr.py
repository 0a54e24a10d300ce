"""What is refused in a CDR. What a CDR costs is proved by the worked examples."""

from firmware.errors import PricingError
from firmware.pricing import cdr
from tests.portable import raises

START, END = "2026-03-28T16:00:00Z", "2026-03-28T17:00:00Z"


def told(kind, volume, end=END):
    dimensions = [{"type": kind, "volume": volume}]
    periods = [{"start_date_time": START, "dimensions": dimensions}]
    return {"charging_periods": periods, "end_date_time": end}


def problems(document):
    return raises(PricingError, cdr.read, document).problems


def test_a_volume_beyond_any_session_is_refused_with_its_path():
    # 10**20 hours of parking would be split at every day of them.
    for kind in ("ENERGY", "TIME", "PARKING_TIME", "MAX_POWER"):
        wrong = problems(told(kind, 10**20))
        assert wrong == ["/charging_periods/0/dimensions/0/volume: has to be at most 1000000"], wrong


def test_the_largest_volume_is_read():
    assert cdr.read(told("PARKING_TIME", 1000000))[0][2] == {"PARKING_TIME": (1000000, 1)}


def test_a_session_of_more_than_ten_years_is_refused():
    assert problems(told("ENERGY", 1, "2036-05-28T17:00:00Z")) == [
        "/end_date_time: more than ten years after the first period began"
    ]


def test_a_period_ends_after_it_begins():
    assert problems(told("ENERGY", 1, "2026-03-28T15:59:59Z")) == [
        "/charging_periods/0: ends before it begins"
    ]


def test_every_problem_of_a_cdr_is_listed():
    wrong = problems({"charging_periods": [{"dimensions": [{"type": "ENRGY", "volume": "1"}]}]})
    for path in ("/end_date_time", "/charging_periods/0/start_date_time", "/charging_periods/0/dimensions/0"):
        assert any(problem.startswith(path) for problem in wrong), (path, wrong)
