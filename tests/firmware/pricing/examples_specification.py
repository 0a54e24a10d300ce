"""The worked examples of OCPI 2.2.1 and 2.3.0, mod_tariffs and mod_cdrs, rebuilt from their prose.

It does not know the documents' own JSON. Where the text contradicts itself, the sum decides.
"""

from tests.firmware.pricing.examples import (
    WORKING_DAYS,
    Example,
    charged,
    element,
    limit,
    per,
    session,
    tariff,
)

ENERGY = per("ENERGY", "0.25", "10")
START = per("FLAT", "0.50", "20")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def examples() -> "list[Example]":
    """Return every example of the specification but those of `step_size`, which lie beside this file."""
    return _energy() + _time() + _complex() + _restrictions() + _taxes()


def _energy() -> "list[Example]":
    start = tariff(element(START, ENERGY))
    least = tariff(element(ENERGY), min_price=limit("0.50", "0.55"))
    most = tariff(element(START, ENERGY), max_price=limit("10", "11"))
    url = tariff(element(per("FLAT", "0.50", "20"), per("ENERGY", "0.25", "10", 100)))
    parked = session(
        ("01-05 08:00", {"ENERGY": "20", "TIME": "1"}),
        ("01-05 09:00", {"PARKING_TIME": "0.6667"}),
        end="01-05 09:40",
    )
    return [
        Example("mod_tariffs, 0.25 euro per kWh", tariff(element(ENERGY)), charged("20"), cost=("5", "5.5")),
        Example(
            "mod_tariffs, + start fee", start, charged("20"), cost=("5.5", "6.1"), fixed_cost=("0.5", "0.6")
        ),
        Example("mod_tariffs, + minimum price, 20 kWh", least, charged("20"), cost=("5", "5.5")),
        Example("mod_tariffs, + minimum price, below 2 kWh", least, charged("1.9"), cost=("0.5", "0.55")),
        Example("mod_tariffs, + max price, 50 kWh", most, charged("50"), cost=("10", "11")),
        Example("mod_tariffs, + max price, 30 kWh", most, charged("30"), cost=("8", "8.85")),
        Example(
            "mod_tariffs, + parking fee + start fee: 45 minutes for 40",
            tariff(element(START, ENERGY, per("PARKING_TIME", "2", "20", 900))),
            parked,
            cost=("7", "7.9"),
            parking_cost=("1.5", "1.8"),
            billed_parking_time="0.75",
        ),
        Example(
            "mod_tariffs 2.3.0, alternative URL: 5.63, 6.24 in prose; the table bills 20.45 kWh",
            url,
            charged("20.45"),
            cost=("5.625", "6.2375"),
            cents=("5.63", "6.24"),
            billed_energy="20.5",
        ),
        Example(
            "mod_tariffs, free of charge",
            tariff(element(per("FLAT", "0", None, 0))),
            charged("20"),
            cost=("0", "0"),
            billed_energy="0",
            total_energy="20",
        ),
        Example(
            "mod_tariffs, reservation 5 euro per hour: 6.75 and 7.60 less the reservation's 1.25 and 1.50",
            tariff(element(per("TIME", "5", "20", 60), reservation="RESERVATION"), element(START, ENERGY)),
            session(
                ("01-05 07:45", {"RESERVATION_TIME": "0.25"}),
                ("01-05 08:00", {"ENERGY": "20", "TIME": "1"}),
                end="01-05 09:00",
            ),
            cost=("5.5", "6.1"),
            time_cost=("0", "0"),
        ),
    ]


def _time() -> "list[Example]":
    first_free = tariff(
        element(per("PARKING_TIME", "0", None, 60), max_duration="3600"),
        element(per("PARKING_TIME", "2", None, 60), min_duration="3600", max_duration="10800"),
        element(per("PARKING_TIME", "3", None, 60), min_duration="10800"),
        element(per("ENERGY", "0"), max_kwh="1"),
        element(per("ENERGY", "0.2"), min_kwh="1"),
    )
    parked = {"PARKING_TIME": "2.75"}
    return [
        Example(
            "mod_tariffs, 2 euro per hour: parking is free",
            tariff(element(per("TIME", "2", "10", 60))),
            session(
                ("01-05 08:00", {"TIME": "2.5"}), ("01-05 10:30", {"PARKING_TIME": "1"}), end="01-05 11:30"
            ),
            cost=("5", "5.5"),
            total_time="3.5",
            billed_parking_time="0",
        ),
        Example(
            "mod_tariffs, 3 euro per hour, 5 euro parking: 45 minutes for 42",
            tariff(element(per("TIME", "3", "10", 60), per("PARKING_TIME", "5", "20", 300))),
            session(
                ("01-05 08:00", {"TIME": "2.5"}), ("01-05 10:30", {"PARKING_TIME": "0.7"}), end="01-05 11:12"
            ),
            cost=("11.25", "12.75"),
            parking_cost=("3.75", "4.5"),
        ),
        Example(
            "mod_tariffs, several languages: 5.00 with VAT is 4.997",
            tariff(element(per("TIME", "1.9", "5.2", 300))),
            session(("01-05 08:00", {"TIME": "2.5"}), end="01-05 10:30"),
            cost=("4.75", "4.997"),
            cents=("4.75", "5.00"),
        ),
        Example(
            "mod_tariffs, first hour free: 7.30 where charging took no time, for a duration counts it",
            first_free,
            session(("01-05 08:00", {"ENERGY": "20"}), ("01-05 08:00", parked), end="01-05 10:45"),
            cost=("7.3", "7.3"),
            parking_cost=("3.5", "3.5"),
            energy_cost=("3.8", "3.8"),
        ),
        Example(
            "by hand, the same after two hours of charging: 1 h of 2 euro and 1.75 h of 3",
            first_free,
            session(
                ("01-05 08:00", {"ENERGY": "20", "TIME": "2"}), ("01-05 10:00", parked), end="01-05 12:45"
            ),
            cost=("11.05", "11.05"),
        ),
        Example(
            "mod_cdrs, example of a CDR: 1.973 h in steps of 300 s are 2 h",
            tariff(element(per("TIME", "2", "10", 300))),
            session(("2015-06-29 21:39", {"TIME": "1.973", "ENERGY": "15.342"}), end="2015-06-29 23:37"),
            cost=("4", "4.4"),
            billed_time="2",
            total_energy="15.342",
        ),
    ]


def _complex() -> "list[Example]":
    weekend, fast = ["SATURDAY", "SUNDAY"], per("TIME", "2", "20", 600)
    document = tariff(
        element(per("FLAT", "2.50", "15")),
        element(per("TIME", "1", "20", 900), max_current="32"),
        element(fast, min_current="32", day_of_week=WORKING_DAYS),
        element(per("TIME", "1.25", "20", 600), min_current="32", day_of_week=weekend),
        element(
            per("PARKING_TIME", "5", "10", 300),
            start_time="09:00",
            end_time="18:00",
            day_of_week=WORKING_DAYS,
        ),
        element(
            per("PARKING_TIME", "6", "10", 300),
            start_time="10:00",
            end_time="17:00",
            day_of_week=["SATURDAY"],
        ),
    )
    monday = session(
        ("01-05 09:30", {"TIME": "2.45", "MAX_CURRENT": "16"}),
        ("01-05 11:57", {"PARKING_TIME": "0.7"}),
        end="01-05 12:39",
    )
    saturday = session(
        ("01-10 13:30", {"TIME": "1.9", "MIN_CURRENT": "43"}),
        ("01-10 15:24", {"PARKING_TIME": "1.1833"}),
        end="01-10 16:35",
    )
    return [
        Example(
            "mod_tariffs, complex, Monday: 2.5 + 2.45 + 45 minutes of 5 euro; no step before parking",
            document,
            monday,
            cost=("8.7", "9.94"),
        ),
        Example(
            "mod_tariffs, complex, Saturday: prints 12.28, 13.861 for 2.5 + 1.9 * 1.25 + 1.25 * 6",
            document,
            saturday,
            cost=("12.375", "13.975"),
            cents=("12.38", "13.98"),
            billed_parking_time="1.25",
        ),
    ]


def _restrictions() -> "list[Example]":
    by_power = tariff(
        element(per("ENERGY", "0.20", "20"), max_power="16"),
        element(per("ENERGY", "0.35", "20"), max_power="32"),
        element(per("ENERGY", "0.50", "20")),
    )
    by_duration = tariff(
        element(per("ENERGY", "0", "20"), max_duration="1800"),
        element(per("ENERGY", "0.25", "20"), max_duration="3600"),
        element(per("ENERGY", "0.40", "20")),
    )
    return [
        Example(
            "mod_tariffs, max_power: 1 kWh at 6 kW, 40 at 48, 0.5 at 4",
            by_power,
            session(
                ("01-05 08:00", {"ENERGY": "1", "MAX_POWER": "6"}),
                ("01-05 08:10", {"ENERGY": "40", "MAX_POWER": "48"}),
                ("01-05 09:00", {"ENERGY": "0.5", "MAX_POWER": "4"}),
                end="01-05 09:10",
            ),
            cost=("20.3", "24.36"),
        ),
        Example(
            "mod_tariffs, max_duration: 5 kWh in the free half hour, 1.2 kWh in the 10 minutes after",
            by_duration,
            session(("01-05 08:00", {"ENERGY": "5"}), ("01-05 08:30", {"ENERGY": "1.2"}), end="01-05 08:40"),
            cost=("0.3", "0.36"),
        ),
    ]


def _taxes() -> "list[Example]":
    def hours(tax: str, price: str) -> "dict[str, Any]":
        return tariff(element(per("TIME", price)), tax_included=tax)

    record = session(("01-05 08:00", {"TIME": "2.5"}), end="01-05 10:30")
    return [
        Example("mod_tariffs 2.3.0, North America, exclusive", hours("NO", "2.00"), record, cost=("5", "5")),
        Example(
            "mod_tariffs 2.3.0, North America, inclusive", hours("YES", "2.10"), record, cost=("5.25", "5.25")
        ),
    ]
