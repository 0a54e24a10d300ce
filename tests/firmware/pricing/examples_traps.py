"""Traps of steps, fees, power and the choice of a price, reckoned by hand from docs/decisions.

It does not know the traps of the calendar and of the total; they lie beside this file.
"""

from tests.firmware.pricing.examples import Example, charged, element, per, session, tariff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENERGY = per("ENERGY", "0.25", "10")


def examples() -> "list[Example]":
    """Return every trap that has nothing to do with clocks or with the total."""
    return _steps() + _last_of_time() + _flat() + _levels() + _choice()


def _steps() -> "list[Example]":
    def two(first: "dict[str, Any]", then: "dict[str, Any]") -> "dict[str, Any]":
        return tariff(element(first, max_kwh="1"), element(then))

    half, free = per("ENERGY", "0.50"), per("ENERGY", "0", None, 1000)
    return [
        Example(
            "the last price has no step (0), so the first one's does not count",
            two(per("ENERGY", "0.20", None, 1000), per("ENERGY", "0.40", None, 0)),
            charged("1.25"),
            cost=("0.3", "0.3"),
            billed_energy="1.25",
        ),
        Example(
            "a price of zero is one: its step is used and costs nothing",
            two(half, free),
            charged("1.2"),
            cost=("0.5", "0.5"),
            billed_energy="2",
        ),
        Example(
            "energy without a price does not count: 1 kWh of 5 in steps of 300 Wh",
            tariff(element(per("ENERGY", "0.50", None, 300), max_kwh="1")),
            charged("5"),
            cost=("0.6", "0.6"),
            billed_energy="1.2",
            total_energy="5",
        ),
        Example(
            "a missing step is 1: 0.36 s are billed as a second",
            tariff(element(per("TIME", "3600", None, None))),
            charged("0", "0.0001"),
            cost=("1", "1"),
        ),
        Example(
            "0.6667 h are 2400.12 s and cross a step of 60 s",
            tariff(element(per("TIME", "6", None, 60))),
            session(("01-05 08:00", {"TIME": "0.6667"}), end="01-05 08:40"),
            cost=("4.1", "4.1"),
        ),
        Example(
            "an exact multiple stays",
            tariff(element(per("TIME", "4", None, 900))),
            charged("0", "0.25"),
            cost=("1", "1"),
        ),
        Example(
            "a step may be longer than the session",
            tariff(element(per("TIME", "1", None, 86400))),
            charged("0", "0.5"),
            cost=("24", "24"),
        ),
        Example(
            "tandemdrive/ocpi-tariffs rounds 12 kWh over a change of price by the last step of 5 kWh, too",
            tariff(
                element(per("ENERGY", "2", None, 8000), end_time="17:00"),
                element(per("ENERGY", "2", None, 5000), start_time="17:00", end_time="20:00"),
                element(per("ENERGY", "4", None, 2000), start_time="20:00", end_time="00:00"),
            ),
            session(
                ("2022-01-13 16:55", {"ENERGY": "5"}),
                ("2022-01-13 17:00", {"ENERGY": "2"}),
                ("2022-01-13 17:02", {"ENERGY": "5"}),
                end="2022-01-13 17:07",
            ),
            cost=("30", "30"),
            billed_energy="15",
        ),
    ]


def _last_of_time() -> "list[Example]":
    both = tariff(element(per("TIME", "6", None, 300), per("PARKING_TIME", "3", None, 900)))
    return [
        Example(
            "TIME after PARKING_TIME is the last: 7 minutes are 10, parking stays (0.1667 * 3 + 1)",
            both,
            session(
                ("01-05 08:00", {"PARKING_TIME": "0.1667"}),
                ("01-05 08:10", {"TIME": "0.1167"}),
                end="01-05 08:17",
            ),
            cost=("1.5001", "1.5001"),
        ),
        Example(
            "both in one period: parking is the last, 7 minutes are 15 (0.1667 * 6 + 0.75)",
            both,
            session(("01-05 08:00", {"TIME": "0.1667", "PARKING_TIME": "0.1167"}), end="01-05 08:17"),
            cost=("1.7502", "1.7502"),
        ),
        Example(
            "a volume of zero is never the last: 3 minutes are 5",
            both,
            session(
                ("01-05 08:00", {"TIME": "0.05"}), ("01-05 08:03", {"PARKING_TIME": "0"}), end="01-05 08:04"
            ),
            cost=("0.5", "0.5"),
            billed_parking_time="0",
        ),
        Example(
            "parking that nothing prices leaves TIME the last: 3 minutes are 5",
            tariff(element(per("TIME", "6", None, 300))),
            session(
                ("01-05 08:00", {"TIME": "0.05"}), ("01-05 08:03", {"PARKING_TIME": "1"}), end="01-05 09:03"
            ),
            cost=("0.5", "0.5"),
            total_parking_time="1",
        ),
        Example(
            "tandemdrive/ocpi-tariffs, a grace period: half an hour free, a quarter at 3 euro, then 10 kWh",
            tariff(
                element(per("PARKING_TIME", "0"), min_duration="0", max_duration="1800"),
                element(per("PARKING_TIME", "3"), min_duration="1800"),
                element(ENERGY),
            ),
            session(
                ("2015-06-29 15:00", {"PARKING_TIME": "0.5"}),
                ("2015-06-29 15:30", {"PARKING_TIME": "0.25"}),
                ("2015-06-29 15:45", {"ENERGY": "10"}),
                end="2015-06-29 16:15",
            ),
            cost=("3.25", "3.5"),
            total_time="1.25",
            total_parking_time="0.75",
        ),
    ]


def _flat() -> "list[Example]":
    late = tariff(element(per("FLAT", "2"), start_time="17:00"))
    change = tariff(element(per("FLAT", "1"), end_time="17:00"), element(per("FLAT", "2")))
    over = session(("01-05 16:00", {"TIME": "2"}), end="01-05 18:00")
    thrice = session(
        ("01-05 08:00", {"TIME": "0.5"}),
        ("01-05 08:30", {"TIME": "0.5"}),
        ("01-05 09:00", {"TIME": "0.5"}),
        end="01-05 09:30",
    )
    return [
        Example(
            "a fee that begins in the middle is charged there",
            late,
            over,
            cost=("2", "2"),
            fixed_cost=("2", "2"),
        ),
        Example(
            "a fee that begins at the end is not",
            late,
            session(("01-05 16:00", {"TIME": "1"}), end="01-05 17:00"),
            cost=("0", "0"),
        ),
        Example("a second, other fee is not charged", change, over, cost=("1", "1")),
        Example(
            "a fee of zero is the session's fee",
            tariff(element(per("FLAT", "0"), end_time="17:00"), element(per("FLAT", "2"))),
            over,
            cost=("0", "0"),
        ),
        Example("three periods pay one fee", tariff(element(per("FLAT", "1"))), thrice, cost=("1", "1")),
    ]


def _levels() -> "list[Example]":
    fast = tariff(element(per("ENERGY", "0.5"), min_power="11"), element(per("ENERGY", "0.3")))
    slow = tariff(element(per("ENERGY", "0.5"), max_power="11"), element(per("ENERGY", "0.3")))
    strong = tariff(element(per("ENERGY", "0.5"), min_current="32"), element(per("ENERGY", "0.3")))

    def at(source: str, document: "dict[str, Any]", price: str, **levels: str) -> Example:
        volumes = {"ENERGY": "1"}
        volumes.update(levels)
        return Example(
            source, document, session(("01-05 08:00", volumes), end="01-05 09:00"), cost=(price, price)
        )

    flips = session(
        ("01-05 08:00", {"ENERGY": "1", "MIN_POWER": "22"}),
        ("01-05 08:10", {"ENERGY": "1", "MIN_POWER": "5"}),
        ("01-05 08:20", {"ENERGY": "1", "MIN_POWER": "22"}),
        end="01-05 08:30",
    )
    return [
        Example("a power that flips changes the price to and fro", fast, flips, cost=("1.3", "1.3")),
        at("no power reported: the restriction does not match", fast, "0.3"),
        at("min_power asks for the least power", fast, "0.3", MIN_POWER="5", MAX_POWER="22"),
        at("max_power asks for the most", slow, "0.3", MIN_POWER="5", MAX_POWER="22"),
        at("the most serves where the least is missing", fast, "0.5", MAX_POWER="22"),
        at("the least serves where the most is missing", slow, "0.5", MIN_POWER="5"),
        at("min_power is inclusive", fast, "0.5", MIN_POWER="11"),
        at("max_power is exclusive", slow, "0.3", MAX_POWER="11"),
        at("current alike", strong, "0.5", MAX_CURRENT="32"),
        at("power says nothing of current", strong, "0.3", MIN_POWER="22"),
    ]


def _choice() -> "list[Example]":
    return [
        Example(
            "the first element wins for each dimension by itself",
            tariff(
                element(per("ENERGY", "0.5"), max_kwh="1"), element(per("ENERGY", "0.3"), per("TIME", "2"))
            ),
            charged("2"),
            cost=("2.8", "2.8"),
            time_cost=("2", "2"),
        ),
        Example(
            "an energy that is passed within a period changes the price of time at its moment, a quarter in",
            tariff(element(per("TIME", "8"), max_kwh="1"), element(per("TIME", "4"))),
            charged("4"),
            cost=("5", "5"),
        ),
        Example(
            "of two prices of one dimension in one element the first counts",
            tariff(element(per("ENERGY", "0.25"), per("ENERGY", "0.99"))),
            charged("4"),
            cost=("1", "1"),
        ),
        Example(
            "a duration counts from the session's start, not from the reservation's",
            tariff(element(per("TIME", "4"), max_duration="1800"), element(per("TIME", "2"))),
            session(
                ("01-05 07:00", {"RESERVATION_TIME": "1"}), ("01-05 08:00", {"TIME": "1"}), end="01-05 09:00"
            ),
            cost=("3", "3"),
            total_time="1",
        ),
        Example(
            "a pause that the charger makes is charging time",
            tariff(element(per("TIME", "2"), per("PARKING_TIME", "9"))),
            session(
                ("01-05 08:00", {"TIME": "1", "ENERGY": "11"}),
                ("01-05 09:00", {"TIME": "0.5", "ENERGY": "0"}),
                end="01-05 09:30",
            ),
            cost=("3", "3"),
        ),
    ]
