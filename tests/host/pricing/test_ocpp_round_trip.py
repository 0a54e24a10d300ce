"""Random tariffs of OCPP 2.1 are the same model after export and import, names of taxes included.

It does not know what a session costs. The strategies follow the JSON schema of SetDefaultTariffRequest.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from firmware.crypto import jsontext
from firmware.pricing import ocpp
from firmware.pricing.tariff import Tariff

prices = st.builds(jsontext.Number, st.integers(0, 10**7), st.just(-4)).map(
    lambda number: jsontext.parse(str(number))
)
percents = st.sampled_from(["0", "5", "7.7", "19", "8.25", "100"]).map(jsontext.parse)
texts = st.text("ABCxyz é", min_size=1, max_size=8)
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda pair: "%02d:%02d" % pair)
days = st.lists(
    st.sampled_from(["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
    min_size=1,
    unique=True,
)
kinds = st.sampled_from(["AC", "DC"])

fixed = {
    "startTimeOfDay": clocks,
    "endTimeOfDay": clocks,
    "dayOfWeek": days,
    "validFromDate": st.sampled_from(["2026-01-01", "2024-02-29"]),
    "validToDate": st.sampled_from(["2026-12-31", "2028-02-29"]),
    "evseKind": kinds,
    "paymentBrand": texts,
    "paymentRecognition": texts,
}
ranges: dict[str, Any] = {}
for name in ("Energy", "Current", "Power", "Time", "ChargingTime", "IdleTime"):
    ranges["min" + name] = st.integers(0, 40000)
    ranges["max" + name] = st.integers(40001, 99999)
conditions = st.fixed_dictionaries({}, optional={**fixed, **ranges})
taxes = st.lists(
    st.fixed_dictionaries({"type": texts, "tax": percents}, optional={"stack": st.integers(0, 3)}),
    min_size=1,
    max_size=3,
)


def member(key: str, allowed: st.SearchStrategy) -> st.SearchStrategy:
    price = st.fixed_dictionaries({key: prices}, optional={"conditions": allowed})
    listed = st.lists(price, min_size=1, max_size=4)
    return st.fixed_dictionaries({"prices": listed}, optional={"taxRates": taxes})


limits = st.one_of(
    st.fixed_dictionaries({"exclTax": prices}, optional={"taxRates": taxes}),
    st.fixed_dictionaries({"inclTax": prices}, optional={"taxRates": taxes}),
    st.fixed_dictionaries({"exclTax": st.just(1), "inclTax": st.just(2)}, optional={"taxRates": taxes}),
)
tariffs = st.fixed_dictionaries(
    {
        "tariffId": texts,
        "currency": st.sampled_from(["EUR", "JPY", "KWD"]),
        "energy": member("priceKwh", conditions),
    },
    optional={
        "chargingTime": member("priceMinute", conditions),
        "idleTime": member("priceMinute", conditions),
        "fixedFee": member("priceFixed", st.fixed_dictionaries({}, optional=fixed)),
        "reservationTime": member("priceMinute", conditions),
        "reservationFixed": member("priceFixed", st.fixed_dictionaries({}, optional=fixed)),
        "minCost": limits,
        "maxCost": limits,
        "validFrom": st.just("2026-01-01T00:00:00Z"),
        "description": st.lists(
            st.fixed_dictionaries(
                {"format": st.just("UTF8"), "content": texts}, optional={"language": texts}
            ),
            min_size=1,
            max_size=2,
        ),
    },
)


def model(parsed: Tariff) -> list[Any]:
    """Return all that a session is priced by, and what is shown of it."""
    elements = [(element.prices, element.flat) for element in parsed.elements]
    limits = (parsed.min_price, parsed.max_price)
    head = (parsed.id, parsed.currency, parsed.tax, parsed.starts_utc_s, parsed.ends_utc_s)
    return [head, elements, limits, parsed.alt_text, parsed.taxes]


@given(tariffs, kinds)
def test_export_and_import_give_the_same_model(document: dict[str, Any], evse_kind: str) -> None:
    parsed = ocpp.parse(document, evse_kind)
    written = ocpp.export(parsed)
    again = ocpp.parse(written) if parsed.elements else None
    assert again is None or model(again) == model(parsed)
    assert again is None or ocpp.export(again) == written
