"""The engine: bills reckoned by hand, and walks through sessions that must agree with themselves.

It does not know reference implementations: tests/host/pricing compares with fractions.
"""

from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.pricing import bill as bills
from firmware.pricing import calendar, tariff
from firmware.pricing.engine import Engine
from tests.portable import raises

HOUR_MS = 3600000
BERLIN = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
# A Saturday; the clocks go forward in the night that follows.
START_S = calendar.parse_utc("2026-03-28T17:59:00Z")


def tariff_of(components, currency="EUR"):
    """Return the tariff of a list of components in JSON."""
    text = '{"id": "t", "currency": "%s", "elements": [{"price_components": [%s]}]}'
    return tariff.parse(jsontext.parse(text % (currency, components)))


def priced(components, elapsed_ms, energy_wh, currency="EUR"):
    """Return the bill of a session."""
    session = begun(components, currency)
    session.add(elapsed_ms, energy_wh, 11000)
    return session.bill()


def fresh(known):
    """Return the engine of a session that has not begun."""
    return Engine(known, BERLIN, START_S)


def begun(components, currency="EUR"):
    """Return the engine of a session after its first reading."""
    session = Engine(tariff_of(components, currency), BERLIN, START_S)
    session.add(0, 0, None)
    return session


def test_energy_costs_its_price_with_vat_rounded_once():
    # 12.345 kWh * 0.41 = 5.06145 net; * 1.19 = 6.0231255 gross.
    bill = priced('{"type": "ENERGY", "price": 0.41, "vat": 19}', HOUR_MS, 12345)
    assert bill == {
        "currency": "EUR",
        "rounding": bills.ROUNDING,
        "lines": [
            {
                "dimension": "ENERGY", "quantity": "12.345", "unit": "kWh", "unit_price": "0.41", "vat": "19",
                "element": 0, "why": [],
                "from": "2026-03-28T18:59:00+01:00", "to": "2026-03-28T19:59:00+01:00",
                "net_minor": 506, "vat_minor": 96, "gross_minor": 602,
            }
        ],
        "net_minor": 506,
        "vat": [{"rate": "19", "net_minor": 506, "vat_minor": 96}],
        "gross_minor": 602,
    }  # fmt: skip


def test_a_half_cent_goes_up():
    assert priced('{"type": "ENERGY", "price": 0.01}', 0, 500)["gross_minor"] == 1
    assert priced('{"type": "ENERGY", "price": 0.01}', 0, 499)["gross_minor"] == 0


def test_net_and_gross_are_rounded_each_from_its_own_value():
    # 0.5 cent net is 1; 0.55 gross is 1 as well, though 10 % of a rounded 1 would be 1.1.
    bill = priced('{"type": "ENERGY", "price": 0.01, "vat": 10}', 0, 500)
    assert (bill["net_minor"], bill["vat"][0]["vat_minor"], bill["gross_minor"]) == (1, 0, 1)
    # 1.4 cent net is 1, 1.54 gross is 2: the VAT is what lies between them.
    bill = priced('{"type": "ENERGY", "price": 0.01, "vat": 10}', 0, 1400)
    assert (bill["net_minor"], bill["vat"][0]["vat_minor"], bill["gross_minor"]) == (1, 1, 2)


def test_time_is_priced_by_the_hour_in_begun_seconds():
    # 2400.5 s are 2401 begun seconds; 2401 / 3600 h * 2.50 = 1.667… EUR.
    line = priced('{"type": "TIME", "price": 2.5}', 2400500, 0)["lines"][0]
    assert [line[key] for key in ("quantity", "unit", "unit_price")] == ["2401/3600", "h", "2.5"]
    assert line["net_minor"] == 167


def test_step_size_bills_whole_steps_and_leaves_exact_multiples_alone():
    step = '{"type": "ENERGY", "price": 1, "step_size": 500}'
    assert [priced(step, 0, wh)["gross_minor"] for wh in (1, 500, 501, 1000)] == [50, 50, 100, 100]
    step = '{"type": "TIME", "price": 6, "step_size": 300}'
    assert [priced(step, ms, 0)["gross_minor"] for ms in (1, 300000, 300001)] == [50, 50, 100]


def test_step_size_zero_means_no_rounding():
    line = priced('{"type": "TIME", "price": 1, "step_size": 0}', 1500, 0)["lines"][0]
    assert line["quantity"] == "1/2400"


def test_flat_is_charged_once_from_the_first_reading_on():
    session = fresh(tariff_of('{"type": "FLAT", "price": 0.5}, {"type": "ENERGY", "price": 1}'))
    assert session.gross_minor() == 0 and session.bill()["lines"] == []
    for energy_wh in (0, 0, 1000):
        session.add(0, energy_wh, None)
        assert session.gross_minor() == 50 + energy_wh // 10
    assert [line["dimension"] for line in session.bill()["lines"]] == ["ENERGY", "FLAT"]


def test_a_volume_of_zero_is_no_line_and_a_price_of_zero_is_one():
    bill = priced('{"type": "ENERGY", "price": 0}, {"type": "TIME", "price": 1}', 0, 1000)
    assert [(line["dimension"], line["gross_minor"]) for line in bill["lines"]] == [("ENERGY", 0)]


def test_lines_and_rates_add_up_though_each_is_rounded():
    # 0.4 + 0.4 + 0.4 = 1.2 cent net; with 10 % and 20 % VAT 0.44 + 0.44 + 0.48 = 1.36: net 1, gross 1.
    two = '{"type": "ENERGY", "price": 0.004, "vat": 10}, {"type": "TIME", "price": 0.004, "vat": 10}'
    components = two + ', {"type": "FLAT", "price": 0.004, "vat": 20}'
    bill = priced(components, HOUR_MS, 1000)
    assert (bill["net_minor"], bill["gross_minor"]) == (1, 1)
    assert [line["net_minor"] for line in bill["lines"]] == [1, 0, 0]
    assert bill["vat"] == [
        {"rate": "20", "net_minor": 0, "vat_minor": 0},
        {"rate": "10", "net_minor": 1, "vat_minor": 0},
    ]


def test_a_rate_of_zero_never_bears_vat():
    components = '{"type": "ENERGY", "price": 0.005}, {"type": "TIME", "price": 0.009, "vat": 50}'
    bill = priced(components, HOUR_MS, 1000)
    for line in bill["lines"]:
        assert line["vat_minor"] == 0 or line["vat"] != "0"


def test_minor_units_follow_the_currency():
    assert priced('{"type": "ENERGY", "price": 43.5}', 0, 1000, "JPY")["gross_minor"] == 44
    assert priced('{"type": "ENERGY", "price": 0.0125}', 0, 1000, "KWD")["gross_minor"] == 13


def test_totals_that_fall_are_refused_and_change_nothing():
    session = fresh(tariff_of('{"type": "ENERGY", "price": 1}'))
    session.add(1000, 1000, None)
    for totals in ((999, 1000), (1000, 999), (-1, 1000), (1000, None), (True, 1000), (1000.0, 1000)):
        raises(PricingError, session.add, totals[0], totals[1], None)
    assert session.gross_minor() == 100 and session.bill()["lines"][0]["quantity"] == "1"


def test_a_state_goes_on_where_it_was_taken():
    known = tariff_of('{"type": "ENERGY", "price": 0.41, "vat": 19}, {"type": "FLAT", "price": 1}')
    live = fresh(known)
    assert Engine(known, BERLIN, START_S, live.state()).bill() == live.bill()
    live.add(5000, 1234, None)
    again = Engine(known, BERLIN, START_S, live.state())
    assert again.bill() == live.bill()
    raises(PricingError, again.add, 4999, 1234, None)


def test_a_state_of_another_version_is_refused():
    known = tariff_of('{"type": "FLAT", "price": 1}')
    for state in ([], [1, 0, 0], {}, [1, 0], [3, True, [], [], []]):
        raises(PricingError, Engine, known, BERLIN, START_S, state)


def test_the_live_price_is_the_bill_at_every_step_of_a_walk():
    random = 7
    for walk in range(12):
        random = (random * 1103515245 + 12345) % 2**31
        energy = '{"type": "ENERGY", "price": 0.%02d, "vat": %d}' % (random % 70, random // 11 % 3 * 7)
        time = '{"type": "TIME", "price": %d.5, "vat": %d}' % (random // 7 % 9, random // 13 % 40)
        flat = '{"type": "FLAT", "price": 0.%02d}' % (random // 77 % 100)
        session = fresh(tariff_of(energy + "," + time + "," + flat))
        elapsed_ms = energy_wh = paid = 0
        for _ in range(15):
            session.add(elapsed_ms, energy_wh, None)
            bill = session.bill()
            assert session.gross_minor() == bill["gross_minor"] >= paid, (walk, elapsed_ms, energy_wh)
            check_sums(bill)
            paid = bill["gross_minor"]
            random = (random * 1103515245 + 12345) % 2**31
            elapsed_ms += random % 100000
            energy_wh += random // 1000 % 700


def check_sums(bill):
    """Assert that what is shown adds up to what is paid."""
    for key in ("net_minor", "gross_minor"):
        assert sum([line[key] for line in bill["lines"]]) == bill[key]
    assert sum([rate["net_minor"] for rate in bill["vat"]]) == bill["net_minor"]
    assert bill["net_minor"] + sum([rate["vat_minor"] for rate in bill["vat"]]) == bill["gross_minor"]
    for line in bill["lines"]:
        assert line["net_minor"] + line["vat_minor"] == line["gross_minor"]
        assert line["net_minor"] >= 0 and line["vat_minor"] >= 0
