"""Bills that are handed in: those of the engine hold, and each slip in one is named.

The figures of the examples are reckoned by hand.
"""

from firmware.crypto import jsontext
from firmware.pricing import discount, tariff
from firmware.pricing.engine import Engine
from firmware.receipts import totals

COMPONENT = '{"type": "%s", "price": %s, "vat": %s, "step_size": 1}'
LINE = {"dimension": "ENERGY", "quantity": "11", "unit": "kWh", "unit_price": "0.3", "vat": "19"}


def billed(more="", discounts=None, rates=("19", "7")):
    """Return the engine's bill of 13.337 kWh in 50 minutes, and a fee."""
    prices = [COMPONENT % ("ENERGY", "0.4637", rates[0]), COMPONENT % ("TIME", "1.23", rates[1])]
    prices.append(COMPONENT % ("FLAT", "0.33", rates[0]))
    text = '{"id": "t", "currency": "EUR", "elements": [{"price_components": [%s]}]%s}'
    session = Engine(
        tariff.parse(jsontext.parse(text % (", ".join(prices), more))), None, None, None, discounts
    )
    session.add(0, 0)
    session.add(3000000, 13337)
    return session.bill()


def handed(**changes):
    """Return a bill of 11 kWh at 0.30 and 19 %: 3.30 net and 3.927 gross, its line changed."""
    line = dict(LINE, net_minor=330, vat_minor=63, gross_minor=393)
    line.update(changes)
    told = {"currency": "EUR", "rounding": "half up", "net_minor": line["net_minor"]}
    told["gross_minor"] = line["net_minor"] + line["vat_minor"]
    told["vat"] = [{"rate": line["vat"], "net_minor": line["net_minor"], "vat_minor": line["vat_minor"]}]
    told["lines"] = [line]
    return told


def test_what_the_engine_bills_holds():
    inn = [discount.parse({"id": "inn", "amount_minor": 100}), discount.parse({"id": "staff", "percent": 15})]
    for more in (
        "",
        ', "tax_included": "YES"',
        ', "tax_included": "N/A"',
        ', "min_price": {"excl_vat": 20}',
        ', "min_price": {"excl_vat": 20}, "tax_included": "N/A"',
        ', "max_price": {"excl_vat": 3}, "tax_included": "N/A"',
        ', "min_price": {"excl_vat": 20, "incl_vat": 25}, "tax_included": "YES"',
        ', "max_price": {"excl_vat": 3, "incl_vat": 3.5}',
    ):
        for discounts in (None, inn):
            for rates in (("19", "7"), ("19", "19"), ("0", "7.7")):
                assert totals.problem(billed(more, discounts, rates)) is None, (more, discounts, rates)
    assert totals.problem(handed()) is None
    free = {"currency": "EUR", "rounding": "x", "net_minor": 0, "gross_minor": 0, "lines": [], "vat": []}
    assert totals.problem(free) is None


def test_every_slip_of_a_line_is_named():
    for change, said in (
        ({"quantity": "12"}, "line 1: net_minor is 330, and comes to 360"),
        ({"unit_price": "0.31"}, "line 1: net_minor is 330, and comes to 341"),
        ({"vat_minor": 62, "gross_minor": 392}, "gross_minor is 392, and comes to 392.7"),
        ({"vat_minor": 70, "gross_minor": 400}, "line 1: vat_minor is 70, and comes to 62.7"),
        ({"gross_minor": 394}, "lines do not add up"),
        ({"vat": "7"}, "line 1: vat_minor is 63, and comes to 23.1"),
        ({"vat": 19}, "have to be texts such as"),
        ({"quantity": "eleven"}, "have to be texts such as"),
        ({"quantity": None}, "have to be texts such as"),
        ({"dimension": "POWER"}, "line 1: its dimension has to be one of"),
    ):
        assert said in (totals.problem(handed(**change)) or ""), change


def test_a_line_that_lacks_a_member_is_named():
    for member, said in (
        ("quantity", "line 1: quantity, unit_price and vat have to be texts"),
        ("unit_price", "line 1: quantity, unit_price and vat have to be texts"),
        ("vat", "line 1: quantity, unit_price and vat have to be texts"),
        ("dimension", "line 1: its dimension has to be one of"),
    ):
        told = handed()
        del told["lines"][0][member]
        assert said in (totals.problem(told) or ""), member


def test_the_vat_by_rate_is_that_of_the_lines():
    told = billed()
    rates = told["vat"]
    for vat, said in (
        (rates[:1] + [dict(rates[0])], "add up"),
        ([dict(rates[0], rate="7"), dict(rates[1], rate="19")], "is not that of its lines"),
        ([dict(rates[0], rate="20"), rates[1]], "a rate of 20 that no line has"),
        ([dict(rates[0], rate=["19"]), rates[1]], "that no line has"),
        ([dict(rates[0], rate={}), rates[1]], "that no line has"),
        (rates + [{"rate": "0", "net_minor": 0, "vat_minor": 0}], "a rate of 0 that no line has"),
        (
            [
                {
                    "rate": "19",
                    "net_minor": told["net_minor"],
                    "vat_minor": told["gross_minor"] - told["net_minor"],
                }
            ],
            "is not that of its lines",
        ),
    ):
        assert said in (totals.problem(dict(told, vat=vat)) or ""), vat
