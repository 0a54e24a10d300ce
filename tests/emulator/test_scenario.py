"""Shows that a scenario is read as its page says, and that a wrong one is answered line by line.

It does not know how a story is played.
"""

import json
from pathlib import Path

import pytest

from emulator import scenario
from emulator.errors import ScenarioError
from emulator.models import bank
from emulator.toml_lines import Lines
from firmware.cards.emv import identity

STORIES = Path(__file__).parents[1] / "scenarios"
TARIFF = (STORIES / "tariffs" / "energy.json").read_text()

SMALL = """\
title = "Small"
start = "2026-03-28T16:59:00Z"

[[tariff]]
file = "energy.json"

[[card]]
name = "alice"
kind = "rfid"
uid = "04:a1:b2:c3:d4:e5:80"

[[contract]]
contract = "DE-KTP-C00001-K"
card = "alice"
tariff = "energy"
limit_minor = 5000

[[deny]]
card = "alice"

[[step]]
after_s = 0.25
tap = "alice"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "energy.json").write_text(TARIFF)
    path = folder / "story.toml"
    path.write_text(text)
    return path


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as raised:
        scenario.read(write(folder, text))
    return [problem.removeprefix(f"{folder}/story.toml, ") for problem in raised.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("path", sorted(STORIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_story_of_the_project_is_right_and_fits_into_json(path):
    story = scenario.read(path)
    assert json.loads(json.dumps(story)) == story
    assert story["steps"]


def test_what_a_story_leaves_out_has_the_defaults_of_the_page(tmp_path):
    story = scenario.read(write(tmp_path, SMALL))
    # 2026-03-28T16:59:00Z by `date -u -d … +%s`.
    assert (story["start_utc_s"], story["seed"], story["speed"]) == (1774717140, 1, 600)
    assert story["meter"]["model"] == "eastron-sdm630"
    assert story["vehicle"] == {"power_w": 11000, "battery_wh": 60000}
    assert story["terminal"]["id"] == "KT-0001"


def test_contract_and_deny_list_know_a_card_by_its_canonical_uid(tmp_path):
    story = scenario.read(write(tmp_path, SMALL))
    known = {"contract": "DE-KTP-C00001-K", "tariff": "energy", "limit_minor": 5000, "uid": "04A1B2C3D4E580"}
    assert story["terminal"]["contracts"] == [known]
    assert story["terminal"]["deny"] == ["04A1B2C3D4E580"]


def test_a_tariff_keeps_its_text_so_that_its_decimals_stay_exact(tmp_path):
    assert scenario.read(write(tmp_path, SMALL))["tariffs"] == [TARIFF]


def test_a_step_has_milliseconds_an_action_and_its_argument(tmp_path):
    story = scenario.read(write(tmp_path, SMALL))
    assert story["steps"] == [{"after_ms": 250, "action": "tap", "argument": "alice"}]


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('title = "Small"', 'title = "Small"\ntitel = 1', "titel: no such key here"),
        ('start = "2026-03-28T16:59:00Z"', 'start = "2026-02-30T16:59:00Z"', "a moment in UTC such as"),
        ('start = "2026-03-28T16:59:00Z"', 'start = "2026-03-28T16:59:00+01:00"', "a moment in UTC such as"),
        ('file = "energy.json"', 'file = "gone.json"', "gone.json cannot be read: No such file"),
        ('file = "energy.json"', 'file = "a\\u0000b"', "'a\\x00b' is no name of a file"),
        ('[[card]]\nname = "alice"', "[[card]]", "card: name is missing"),
        ('kind = "rfid"', 'kind = "nfc"', "'nfc' is not possible; expected one of rfid, desfire, emv"),
        ('uid = "04:a1:b2:c3:d4:e5:80"', 'uid = "04a1b2"', "expected 4, 7 or 10 bytes in hex"),
        ('tariff = "energy"', 'tariff = "night"', "no tariff has the id 'night'; expected one of energy"),
        (
            "limit_minor = 5000",
            "limit_minor = 2026-03-28",
            "2026-03-28 is not possible; expected a whole number",
        ),
        ("limit_minor = 5000", "limit_minor = [1.5]", "[1.5] is not possible; expected a whole number"),
        ("limit_minor = 5000", "limit_minor = true", "true is not possible; expected a whole number"),
        (
            "limit_minor = 5000",
            'limit_minor = 5000\nvalid_to = "2026"',
            'expected a date such as "2026-12-31"',
        ),
        ("after_s = 0.25", "after_s = -1", "expected a number of seconds"),
        ('tap = "alice"', 'tap = "bob"', "no card is named 'bob'; expected one of alice"),
        (
            'tap = "alice"',
            'tap = "alice"\nplug = true',
            "a step has exactly one action, this one has tap and plug",
        ),
        ('tap = "alice"', "", "a step has exactly one action, this one has none"),
        (
            'tap = "alice"',
            'link = "sideways"',
            "expected one of up, down, slow, loses_answers, corrupts, stalls",
        ),
        ('tap = "alice"', 'brush = {card = "bob", at = 1}', "no card is named 'bob'; expected one of alice"),
        ('tap = "alice"', 'brush = {card = "alice", at = 0}', "0 is not possible; expected a whole number"),
        (
            'tap = "alice"',
            'brush = {card = "alice", at = 1, unseen = true}',
            "then is missing: which card takes the place of the first unseen",
        ),
        ('tap = "alice"', 'clock = "3600"', 'expected "unset", "set", or seconds with a sign such as'),
        ('tap = "alice"', 'order = {prices = ["energy.json"]}', "prices: no such key here"),
    ],
)
def test_a_wrong_key_is_answered_with_its_line_and_what_was_expected(tmp_path, right, wrong, sentence):
    assert SMALL.count(right) == 1 or right.startswith(("tap", "after")), right
    text = SMALL.replace(right, wrong)
    problems = problems_of(tmp_path, text)
    assert len(problems) == 1, problems
    assert sentence in problems[0]
    place = wrong.splitlines()[-1] if wrong and "plug" not in wrong else "[[step]]"
    assert problems[0].startswith(f"line {line_of(text, place)}: ")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = SMALL.replace('kind = "rfid"', 'kind = "nfc"').replace("limit_minor = 5000", 'limit_minor = "x"')
    problems = problems_of(tmp_path, text + '\n[terminal]\nidd = "KT"\n')
    assert [problem.split(":")[1].strip() for problem in problems] == [
        "card.kind",
        "contract.limit_minor",
        "terminal.idd",
    ]


def test_a_setting_of_the_terminal_is_checked_as_the_terminal_checks_it(tmp_path):
    text = SMALL + '\n[terminal]\nmeter_baud = 7\ntimezone = "Europe/Berlin"\ntariffs = []\n'
    problems = problems_of(tmp_path, text)
    assert [problem.split(":")[1].strip() for problem in problems] == [
        "terminal.meter_baud",
        "terminal.timezone",
        "terminal.tariffs",
    ]


def test_text_that_is_no_toml_is_answered_with_its_line(tmp_path):
    assert "line 2" in problems_of(tmp_path, 'title = "x"\nstart = \n')[0]


def test_a_card_number_needs_its_check_digit(tmp_path):
    # 4761739001010119 is a test number of Visa; its last digit is the check digit of ISO/IEC 7812-1.
    emv = '\n[[card]]\nname = "visa"\nkind = "emv"\npan = "{}"\nexpires = "2031-12"\n'
    story = scenario.read(write(tmp_path, SMALL + emv.format("4761739001010119")))
    assert story["cards"]["visa"]["pan"] == "4761739001010119"
    assert "right check digit" in problems_of(tmp_path, SMALL + emv.format("4761739001010118"))[0]


def test_an_order_denies_a_bank_card_by_the_hash_of_its_number(tmp_path):
    card = '\n[[card]]\nname = "visa"\nkind = "emv"\npan = "4761739001010119"\nexpires = "2031-12"\n'
    story = scenario.read(
        write(tmp_path, SMALL + card + '[[step]]\n[step.order]\ndeny = ["visa", "alice"]\n')
    )
    assert story["steps"][-1]["argument"]["deny"][0] == "CARD=" + identity.keyed_hash(
        bank.HASH_KEY, "4761739001010119"
    )


CORRECT = """
[[step]]
[[step.order.commands]]
command = "correct"
receipt = "KT-0001-000001"
reason = "twice"
bill = "bill.json"
"""


def test_an_order_corrects_a_receipt_with_the_bill_of_a_file_and_cancels_one_without(tmp_path):
    (tmp_path / "bill.json").write_text('{"currency": "EUR", "gross_minor": 119}')
    told = {"receipt": "KT-0001-000001", "reason": "twice"}
    cancel = CORRECT.replace("correct", "cancel").replace('bill = "bill.json"', "")
    for text, wanted in (
        (CORRECT, {"command": "correct", **told, "bill": {"currency": "EUR", "gross_minor": 119}}),
        (cancel, {"command": "cancel", **told}),
    ):
        assert scenario.read(write(tmp_path, SMALL + text))["steps"][1]["argument"] == {"commands": [wanted]}


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('"correct"', '"open"', "'open' is not possible; expected one of cancel, correct"),
        ('reason = "twice"', "", "reason is missing"),
        ('receipt = "KT-0001-000001"', "receipt = 1", "receipt: 1 is not possible"),
        ('bill = "bill.json"', "", "what corrects a receipt needs a bill, and what cancels one has none"),
        ('"correct"', '"cancel"', "what corrects a receipt needs a bill, and what cancels one has none"),
        ("bill.json", "gone.json", "gone.json cannot be read"),
        (
            "bill.json",
            "half.json",
            "half.json is no JSON of whole numbers and texts: a float has no canonical form",
        ),
        ("bill.json", "none.json", "none.json is no JSON of whole numbers and texts: a float"),
        ("bill.json", "large.json", "large.json is no JSON of whole numbers and texts: an integer beyond"),
        ("bill.json", "torn.json", "torn.json is no JSON of whole numbers and texts: a lone surrogate"),
        ("bill.json", "story.toml", "story.toml is no JSON of whole numbers and texts"),
        ("bill =", "number = 1\nbill =", "number: no such key here"),
    ],
)
def test_a_command_that_is_none_is_told(right, wrong, sentence, tmp_path):
    (tmp_path / "bill.json").write_text("{}")
    (tmp_path / "half.json").write_text('{"net_minor": 1.5}')
    (tmp_path / "none.json").write_text('{"net_minor": NaN}')
    (tmp_path / "large.json").write_text('{"net_minor": 100000000000000000000}')
    (tmp_path / "torn.json").write_text('{"tax": "\\ud800"}')
    assert right in CORRECT
    problems = problems_of(tmp_path, SMALL + CORRECT.replace(right, wrong))
    assert [problem for problem in problems if sentence in problem], problems


def test_what_an_order_sends_may_be_unusable_but_not_missing(tmp_path):
    (tmp_path / "odd.json").write_text('{"id": "odd"}')
    order = '\n[[step]]\n[step.order]\ntariffs = ["odd.json"]\ndeny = ["alice"]\ntime = true\n'
    story = scenario.read(write(tmp_path, SMALL + order))
    assert story["steps"][1]["argument"] == {
        "tariffs": ['{"id": "odd"}'],
        "deny": ["04A1B2C3D4E580"],
        "time": True,
    }
    assert "gone.json cannot be read" in problems_of(tmp_path, SMALL + order.replace("odd", "gone"))[0]


def test_lines_are_found_in_arrays_of_tables_and_below_them():
    text = '[[step]]\ntap = "a"\n# [[step]]\n[[step]]\n[step.order]\n"deny" = []\n'
    text += "[[step.order.contracts]]\ncard = 1\n"
    lines = Lines(text)
    assert lines.find(("step", 0, "tap")) == 2
    assert lines.find(("step", 1, "order", "deny")) == 6
    assert lines.find(("step", 1, "order", "contracts", 0, "card")) == 8
    assert lines.find(("step", 1, "missing")) == 4


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ('currency = "XXX"', "terminal.currency: 'XXX' is no active currency of ISO 4217"),
        ('currency = "USD"', "tariff: /currency: the tariff is in EUR, the terminal in USD"),
        ('currency = 5\ntimezone = "Mars"', "terminal.timezone: the time zone 'Mars'"),
        ('card_order = "foo"', "terminal.card_order: foo is not possible there"),
        ('receipt_url = "x"', "terminal.receipt_url: it has to be an https address"),
    ],
)
def test_settings_that_the_terminal_would_not_start_with_are_a_fault_of_the_file(
    tmp_path, settings, sentence
):
    told = SMALL.replace("[[tariff]]", f"[terminal]\n{settings}\n\n[[tariff]]")
    assert any(sentence in problem for problem in problems_of(tmp_path, told))


def test_a_tariff_that_the_law_forbids_at_a_fast_charger_is_a_fault_of_the_file(tmp_path):
    told = SMALL.replace("[[tariff]]", "[terminal]\nmax_power_w = 150000\n\n[[tariff]]")
    path = write(tmp_path, told)
    document = json.loads(TARIFF)
    document["elements"][0]["price_components"].append(
        {"type": "FLAT", "price": 1, "vat": 19, "step_size": 1}
    )
    (tmp_path / "energy.json").write_text(json.dumps(document))
    with pytest.raises(ScenarioError) as raised:
        scenario.read(path)
    [problem] = raised.value.problems
    assert problem.startswith(
        f"{path}, line {line_of(told, '[[tariff]]')}: tariff: /elements/0: a price per session"
    )


def test_contracts_that_the_terminal_would_not_start_with_are_a_fault_of_the_file(tmp_path):
    days = 'valid_from = "2027-01-01"\nvalid_to = "2026-01-01"\ndiscounts = ["none"]\n'
    told = SMALL.replace("limit_minor", days + "limit_minor")
    found = problems_of(tmp_path, told)
    line = line_of(told, "[[contract]]")
    assert found == [
        f"line {line}: contract: /valid_to: 2026-01-01 lies before valid_from, 2027-01-01",
        f"line {line}: contract: there is no discount none",
    ]
