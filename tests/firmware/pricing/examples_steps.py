"""The worked examples of `step_size` in OCPI 2.2.1 and 2.3.0, mod_tariffs and mod_cdrs, from their prose.

It does not know the documents' own JSON.
"""

from tests.firmware.pricing.examples import Example, charged, element, per, session, tariff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def examples() -> "list[Example]":
    """Return every example of the specification that explains a step."""
    return _steps() + _step_rules()


def _steps() -> "list[Example]":
    early, late = per("TIME", "1.20", None, 1800), per("TIME", "2.40", None, 900)
    parking = per("PARKING_TIME", "1", None, 900)
    document = tariff(
        element(early, parking, start_time="00:00", end_time="17:00"),
        element(late, parking, start_time="17:00", end_time="20:00"),
        element(late, start_time="20:00", end_time="23:59"),
    )
    # Five minutes are 0.0833 hours where four decimals are written, so the exact sums stray by some 0.0001.
    return [
        Example(
            "mod_tariffs, switching elements #1: 0.10 + 0.20 and 15 minutes of parking for 2",
            document,
            session(
                ("01-05 16:55", {"TIME": "0.0833"}),
                ("01-05 17:00", {"TIME": "0.0833"}),
                ("01-05 17:05", {"PARKING_TIME": "0.0333"}),
                end="01-05 17:07",
            ),
            cost=("0.54988", "0.54988"),
            cents=("0.55", "0.55"),
        ),
        Example(
            "mod_tariffs, switching elements #2: 25 minutes before 17:00, and the rest of 45 after it",
            document,
            session(
                ("01-05 16:35", {"TIME": "0.4167"}), ("01-05 17:00", {"TIME": "0.1667"}), end="01-05 17:10"
            ),
            cost=("1.29996", "1.29996"),
            cents=("1.30", "1.30"),
            billed_time="0.75",
        ),
        Example(
            "the same, told as one period: split at 17:00 by time, 25 of 35 minutes",
            document,
            session(("01-05 16:35", {"TIME": "0.5833"}), end="01-05 17:10"),
            # 0.5833 * 25/35 h at 1.20, and 0.75 h less that at 2.40: 1.8 - 1.2 * 0.5833 * 5/7.
            cost=("45501/35000", "45501/35000"),
            cents=("1.30", "1.30"),
        ),
        Example(
            "mod_tariffs, switching to a free element: 5 minutes before 20:00, 10 after, parking free",
            document,
            session(
                ("01-05 19:55", {"TIME": "0.0833"}),
                ("01-05 20:00", {"TIME": "0.0833"}),
                ("01-05 20:05", {"PARKING_TIME": "0.0333"}),
                end="01-05 20:07",
            ),
            cost=("0.6", "0.6"),
            parking_cost=("0", "0"),
        ),
    ]


def _step_rules() -> "list[Example]":
    def until(price: str, dimension: str, step: int) -> "dict[str, Any]":
        return element(per(dimension, price, None, step), end_time="17:00")

    return [
        Example(
            "mod_cdrs, step_size: 4.3 and 1.1 kWh are 5.5 kWh, not 4.3 and 1.5",
            tariff(until("0.20", "ENERGY", 500), element(per("ENERGY", "0.27", None, 500))),
            session(
                ("01-05 16:00", {"ENERGY": "4.3"}), ("01-05 17:00", {"ENERGY": "1.1"}), end="01-05 18:00"
            ),
            cost=("1.184", "1.184"),
            billed_energy="5.5",
        ),
        Example(
            "mod_cdrs, step_size: 6 and 22 minutes are 30, 24 of them after 17:00",
            tariff(until("5", "TIME", 600), element(per("TIME", "7", None, 600))),
            session(("01-05 16:54", {"TIME": "0.1"}), ("01-05 17:00", {"TIME": "0.3667"}), end="01-05 17:22"),
            cost=("3.3", "3.3"),
            billed_time="0.5",
        ),
        Example(
            "mod_cdrs, step_size: 21 minutes of charging stay 21, 16 of parking become 20 (0.35 + 2/3)",
            tariff(element(per("TIME", "1", None, 600), per("PARKING_TIME", "2", None, 600))),
            session(
                ("01-05 08:00", {"TIME": "0.35"}),
                ("01-05 08:21", {"PARKING_TIME": "0.2667"}),
                end="01-05 08:37",
            ),
            cost=("61/60", "61/60"),
            billed_time="0.35",
            billed_parking_time="1/3",
        ),
        Example(
            "mod_cdrs, step_size: 7 minutes of parking in steps of 5 are 10",
            tariff(element(per("TIME", "1", None, 300), per("PARKING_TIME", "6", None, 300))),
            session(
                ("01-05 08:00", {"TIME": "0.35"}),
                ("01-05 08:21", {"PARKING_TIME": "0.1167"}),
                end="01-05 08:28",
            ),
            cost=("1.35", "1.35"),
        ),
    ] + [
        Example(
            "mod_tariffs, PriceComponent: 115.2 Wh in steps of %d Wh" % step,
            tariff(element(per("ENERGY", "0.25", None, step))),
            charged("0.1152"),
            cost=(net, net),
        )
        for step, net in ((1, "0.029"), (25, "0.03125"), (500, "0.125"))
    ]
