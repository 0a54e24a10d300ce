"""The story of `kilotap price`: a CDR is priced, compared, explained to people, and refused in plain words.

It does not know how prices are computed. The session: 20 kWh from 17:00 to 18:00 UTC, then half an hour
parked, at 0.40 EUR/kWh until 18:00 local time, 0.30 after it, 6 EUR/h of parking, and 20 % VAT on everything.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.__main__ import main

ROOT = Path(__file__).parents[2]

TARIFF = {
    "id": "DAY-1",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [{"type": "ENERGY", "price": 0.4, "vat": 20, "step_size": 1}],
            "restrictions": {"end_time": "18:00"},
        },
        {"price_components": [{"type": "ENERGY", "price": 0.3, "vat": 20, "step_size": 1}]},
        {"price_components": [{"type": "PARKING_TIME", "price": 6, "vat": 20, "step_size": 60}]},
    ],
}
CDR = {
    "id": "C1",
    "currency": "EUR",
    "start_date_time": "2026-03-27T17:00:00Z",
    "end_date_time": "2026-03-27T18:30:00Z",
    "charging_periods": [
        {
            "start_date_time": "2026-03-27T17:00:00Z",
            "tariff_id": "DAY-1",
            "dimensions": [{"type": "ENERGY", "volume": 20}, {"type": "TIME", "volume": 1}],
        },
        {"start_date_time": "2026-03-27T18:00:00Z", "dimensions": [{"type": "PARKING_TIME", "volume": 0.5}]},
    ],
}


class Desk:
    """A folder with files, and the command run on them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def write(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def run(self, *words: str, tariff: object = TARIFF, cdr: object = CDR) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        files = ["--tariff", self.write("T.json", tariff), "--cdr", self.write("C.json", cdr)]
        code = main(["price", *files, *words])
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def priced(self, *words: str, **documents: object) -> dict[str, Any]:
        code, out, err = self.run("--json", *words, **documents)
        assert (code, err) == (0, "")
        result: dict[str, Any] = json.loads(out)
        return result

    def refusal(self, *words: str, **documents: object) -> list[str]:
        """Return the sentences of a refusal, without the folder's path."""
        code, out, err = self.run(*words, **documents)
        assert (code, out) == (2, "")
        assert all(line.startswith("kilotap: ") for line in err.splitlines())
        return [line.removeprefix("kilotap: ").replace(f"{self.folder}/", "") for line in err.splitlines()]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def changed(document: dict[str, Any], **members: object) -> dict[str, Any]:
    return {**document, **members}


def cost(net: str, gross: str, exact_net: str, exact_gross: str) -> dict[str, object]:
    return {"excl_vat": net, "incl_vat": gross, "exact": {"excl_vat": exact_net, "incl_vat": exact_gross}}


def test_totals_are_decimal_texts_with_their_exact_values(desk: Desk) -> None:
    told = desk.priced()
    assert told["currency"] == "EUR"
    # 17:00 to 18:00 UTC at 0.40, then parked for half an hour: 8 + 3 net.
    assert told["total_cost"] == cost("11.00", "13.20", "11", "13.2")
    assert told["total_energy_cost"] == cost("8.00", "9.60", "8", "9.6")
    assert told["total_time_cost"] == cost("0.00", "0.00", "0", "0")
    assert told["total_parking_cost"] == cost("3.00", "3.60", "3", "3.6")
    assert told["total_fixed_cost"] == cost("0.00", "0.00", "0", "0")
    quantities = ("total_energy", "total_time", "total_parking_time", "billed_energy", "billed_time")
    assert [told[key] for key in (*quantities, "billed_parking_time")] == [
        "20",
        "1.5",
        "0.5",
        "20",
        "0",
        "0.5",
    ]
    assert [line["dimension"] for line in told["lines"]] == ["ENERGY", "PARKING_TIME"]
    assert "differences" not in told


@pytest.mark.parametrize("zone", ["Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"])
def test_the_place_decides_what_time_of_day_it_was(desk: Desk, zone: str) -> None:
    # It was 18:00 already, so 0.30 the kWh: 6 + 3 net.
    assert desk.priced("--timezone", zone)["total_cost"] == cost("9.00", "10.80", "9", "10.8")


def test_a_value_that_never_ends_is_told_as_a_fraction(desk: Desk) -> None:
    elements = [{"price_components": [{"type": "ENERGY", "price": 1, "vat": 19}]}]
    gross = changed(TARIFF, elements=elements, tax_included="YES")
    assert desk.priced(tariff=gross)["total_cost"] == cost("16.81", "20.00", "2000/119", "20")


def test_what_a_cdr_of_2_2_1_states_is_compared(desk: Desk) -> None:
    stated = changed(CDR, total_cost={"excl_vat": 11.0, "incl_vat": 13.25}, total_energy=20.0)
    assert desk.priced(cdr=stated)["differences"] == {
        "total_cost": {
            "excl_vat": {"stated": "11", "computed": "11", "difference": "0", "within_rounding": True},
            "incl_vat": {
                "stated": "13.25",
                "computed": "13.2",
                "difference": "0.05",
                "within_rounding": False,
            },
        },
        "total_energy": {"stated": "20", "computed": "20", "difference": "0", "within_rounding": True},
    }


def test_what_a_cdr_of_2_3_0_states_is_compared(desk: Desk) -> None:
    taxes = [{"name": "VAT", "amount": 2.0}, {"name": "City", "amount": 0.195}]
    stated = changed(CDR, total_cost={"before_taxes": 11.0, "taxes": taxes})
    found = desk.priced(cdr=stated)["differences"]["total_cost"]
    assert found["excl_vat"]["within_rounding"] is True
    assert found["incl_vat"] == {
        "stated": "13.195", "computed": "13.2", "difference": "-0.005", "within_rounding": True,
    }  # fmt: skip


def test_a_credit_states_its_total_with_the_sign_turned(desk: Desk) -> None:
    stated = changed(CDR, credit=True, total_cost={"excl_vat": -11}, total_energy_cost={"excl_vat": 8})
    found = desk.priced(cdr=stated)["differences"]
    assert found["total_cost"]["excl_vat"]["difference"] == "0"
    assert found["total_energy_cost"]["excl_vat"]["difference"] == "0"


def test_a_difference_is_an_exit_code_for_whoever_asks(desk: Desk) -> None:
    wrong = changed(CDR, total_cost={"excl_vat": 11, "incl_vat": 13.21})
    assert desk.run(cdr=wrong)[0] == 0
    assert desk.run("--check", cdr=wrong)[0] == 1
    assert desk.run("--check", cdr=changed(CDR, total_cost={"excl_vat": 11, "incl_vat": 13.209}))[0] == 0
    assert desk.run("--check")[0] == 0


def test_explain_tells_every_line_with_its_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stated = changed(CDR, total_cost={"excl_vat": 11, "incl_vat": 13.25})
    code, out, err = desk.run("--explain", "--timezone", "Etc/UTC", cdr=stated)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in out
    assert lines[2].split() == ["Dimension", "Quantity", "Unit", "price", "(net)", "Net", "VAT", "Gross"]
    assert lines[3].split() == ["ENERGY", "20", "kWh", "0.4", "EUR/kWh", "8.00", "1.60", "9.60"]
    assert lines[4] == "    2026-03-27 17:00:00 to 18:00:00; element 0, because 00:00 to 18:00; VAT 20 %"
    assert lines[6] == "    2026-03-27 18:00:00 to 18:30:00; element 2, which has no restrictions;"
    assert "Times are those of Etc/UTC (IANA time zones " in out
    assert "Rounding: net and gross" in out
    assert "cost gross       13.25      13.2        0.05  DIFFERS" in lines


def test_json_is_alone_on_stdout_also_beside_an_explanation(desk: Desk) -> None:
    _, out, err = desk.run("--json", "--explain")
    assert json.loads(out)["currency"] == "EUR"
    assert "PARKING_TIME" in err


@pytest.mark.parametrize(
    "wrapped",
    [
        [TARIFF],
        {"data": TARIFF, "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"},
        {"data": [changed(TARIFF, id="OTHER"), TARIFF], "status_code": 1000},
        [changed(TARIFF, id="OTHER"), changed(TARIFF, id="day-1")],
        changed(CDR, tariffs=[TARIFF]),
    ],
)
def test_a_tariff_is_found_in_what_a_server_answers_and_in_a_cdr(desk: Desk, wrapped: object) -> None:
    assert desk.priced(tariff=wrapped)["total_cost"]["incl_vat"] == "13.20"


def test_of_several_that_nobody_names_one_has_to_be_chosen(desk: Desk) -> None:
    several = [changed(TARIFF, id="A"), changed(TARIFF, id="B")]
    assert desk.refusal(tariff=several) == ["T.json: has more than one tariff; choose by --tariff-id: A, B"]
    assert desk.refusal("--tariff-id", "C", tariff=several) == ["T.json: has no tariff 'C'; it has A, B"]
    assert desk.priced("--tariff-id", "B", tariff=several)["total_cost"]["incl_vat"] == "13.20"
    cdrs = {"data": [CDR, changed(CDR, id="C2")]}
    assert desk.refusal(cdr=cdrs) == ["C.json: has more than one CDR; choose by --cdr-id: C1, C2"]
    assert desk.priced("--cdr-id", "C2", cdr=cdrs)["total_cost"]["incl_vat"] == "13.20"


def test_a_tariff_of_ocpp_is_told_by_its_fields(desk: Desk) -> None:
    tariff = {
        "tariffId": "O1",
        "currency": "EUR",
        "energy": {
            "prices": [{"priceKwh": 0.4, "conditions": {"evseKind": "DC"}}, {"priceKwh": 0.3}],
            "taxRates": [{"type": "VAT", "tax": 20}],
        },
        "idleTime": {"prices": [{"priceMinute": 0.1}]},
    }
    request = {"evseId": 0, "tariff": tariff}
    told = desk.priced("--evse-kind", "DC", tariff=request)
    assert told["total_cost"] == cost("11.00", "12.60", "11", "12.6")
    assert desk.priced("--evse-kind", "AC", tariff=request)["total_energy_cost"]["excl_vat"] == "6.00"
    assert desk.refusal(tariff=request) == [
        "T.json: /energy/prices/0/conditions/evseKind: it has to be said whether the charger is AC or DC"
    ]


def test_conditions_of_ocpp_on_how_it_was_paid_hold_where_it_is_said(desk: Desk) -> None:
    surcharge = {"priceKwh": 0.5, "conditions": {"paymentBrand": "VISA", "paymentRecognition": "Debit"}}
    tariff = {"tariffId": "O1", "currency": "EUR", "energy": {"prices": [surcharge, {"priceKwh": 0.3}]}}
    said = ("--payment-brand", "Visa", "--payment-recognition", "debit")
    assert desk.priced(tariff=tariff)["total_energy_cost"]["excl_vat"] == "6.00"
    assert desk.priced(*said[:2], tariff=tariff)["total_energy_cost"]["excl_vat"] == "6.00"
    assert desk.priced(*said, tariff=tariff)["total_energy_cost"]["excl_vat"] == "10.00"


@pytest.mark.parametrize(
    ("tariff", "sentence"),
    [
        ("", "T.json: JSON, line 1, column 1: the text ends early"),
        ('{"id": "t",\n "currency" "EUR"}', "T.json: JSON, line 2, column 13: expected : after a key"),
        ("[]", "T.json: holds an empty list where a tariff was expected"),
        ('{"data": []}', "T.json: holds an empty list where a tariff was expected"),
        ('"tariff"', "T.json: holds no tariff: expected an object with id, currency and elements"),
        (CDR, "T.json: is a CDR that carries no tariffs; name the file of its tariff"),
        (changed(TARIFF, currency="EURO"), "T.json: /currency: 'EURO' is no active currency of ISO 4217"),
        (changed(TARIFF, elements=[]), "T.json: /elements: has to be a list with at least one entry"),
    ],
)
def test_what_is_no_tariff_is_told_with_file_and_place(desk: Desk, tariff: object, sentence: str) -> None:
    (told,) = desk.refusal(tariff=tariff)
    assert told.startswith(sentence)


def test_what_a_price_does_not_depend_on_may_be_missing_or_foreign_and_is_noted(desk: Desk) -> None:
    foreign = {key: value for key, value in TARIFF.items() if key != "id"} | {"operator_note": "x"}
    code, stdout, stderr = desk.run("--json", tariff=foreign)
    assert (code, json.loads(stdout)["total_cost"]) == (0, json.loads(desk.run("--json")[1])["total_cost"])
    assert "/id: missing" in stderr and "/operator_note: no key of an OCPI tariff" in stderr
    code, _, stderr = desk.run(tariff=TARIFF | {"max_prize": 3})
    assert code == 2 and "did you mean max_price" in stderr


def test_a_limit_that_is_written_otherwise_is_refused_and_not_left_out(desk: Desk) -> None:
    told = desk.refusal(tariff=changed(TARIFF, maxPrice={"excl_vat": 1}))
    assert len(told) == 1 and told[0].startswith("T.json: /maxPrice: no such key in OCPI here")
    assert told[0].endswith("did you mean max_price?")


def test_every_problem_of_a_tariff_is_told(desk: Desk) -> None:
    component = {"type": "ENERGIE", "price": -1}
    told = desk.refusal(tariff=changed(TARIFF, elements=[{"price_components": [component]}], curency="EUR"))
    path = "/elements/0/price_components/0"
    assert [line.split(": ")[1] for line in told] == ["/curency", f"{path}/type", f"{path}/price"]


@pytest.mark.parametrize(
    ("cdr", "sentence"),
    [
        ("nonsense", "C.json: JSON, line 1, column 1: expected a value"),
        (TARIFF, "C.json: holds no CDR: expected an object with charging_periods"),
        (
            changed(CDR, charging_periods=[]),
            "C.json: /charging_periods: has to be a list with at least one entry",
        ),
        (
            changed(CDR, currency="SEK"),
            "C.json: /currency: the CDR is in SEK, the tariff in EUR; name the tariff",
        ),
        (changed(CDR, end_date_time="yesterday"), "C.json: /end_date_time: 'yesterday' is no moment"),
        (
            changed(CDR, charging_periods=list(reversed(CDR["charging_periods"]))),  # type: ignore[call-overload]
            "C.json: /charging_periods/0: ends before it begins",
        ),
    ],
)
def test_what_is_no_cdr_is_told_with_file_and_place(desk: Desk, cdr: object, sentence: str) -> None:
    (told,) = desk.refusal(cdr=cdr)
    assert told.startswith(sentence)


def test_an_unknown_time_zone_is_told_with_the_nearest_one(desk: Desk) -> None:
    told = desk.refusal("--timezone", "Europe/Berln")
    assert "did you mean Europe/Berlin?" in told[0]
    assert told[-1] == "see: kilotap price --help"


def test_a_missing_file_and_a_missing_option_are_told(desk: Desk) -> None:
    assert main(["price", "--tariff", "/no/such.json", "--cdr", desk.write("C.json", CDR)]) == 2
    assert "/no/such.json: No such file or directory" in desk.capsys.readouterr().err
    assert main(["price", "--cdr", "C.json"]) == 2
    assert "Missing option '--tariff'" in desk.capsys.readouterr().err


def test_as_a_process_it_prints_one_json_value_and_nothing_else(desk: Desk) -> None:
    files = ["--tariff", desk.write("T.json", TARIFF), "--cdr", desk.write("C.json", CDR)]
    words = [sys.executable, "-m", "tools", "price", *files, "--timezone", "Europe/Berlin", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["total_cost"]["incl_vat"] == "10.80"
    assert done.stdout.count("\n") == 1
