"""Holds the firmware's price of generated sessions against the slow model's, to the last digit.

It does not know what a session costs. `make test-pricing` runs 100,000 cases, `make test` the first 2,000.
"""

import os

import pytest

from tests.host.pricing import differences, generate

BLOCK = 200
CASES = int(os.environ.get("KILOTAP_PRICING_CASES", "2000"))


@pytest.mark.parametrize("first", range(0, CASES, BLOCK))
def test_generated_sessions_cost_what_the_slow_model_says(first: int) -> None:
    for seed in range(first, min(first + BLOCK, CASES)):
        if differences.found(generate.case(seed)):
            pytest.fail(differences.explain(seed), pytrace=False)


def test_generated_sessions_meet_what_they_are_made_for() -> None:
    """A generator that meets nothing would prove nothing."""
    answers = [differences.priced(generate.case(seed)) for seed in range(300)]
    assert sum(answer["total_cost"]["exact"]["incl_vat"] != "0" for answer in answers) > 200
    assert sum(len(answer["lines"]) > 2 for answer in answers) > 150
    assert sum(any("step" in line for line in answer["lines"]) for answer in answers) > 80
    for dimension in ("ENERGY", "TIME", "PARKING_TIME", "FLAT", "MIN_PRICE", "MAX_PRICE"):
        assert sum(any(line["dimension"] == dimension for line in answer["lines"]) for answer in answers) > 4
