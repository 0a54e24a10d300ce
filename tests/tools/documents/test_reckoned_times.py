"""Shows a receipt whose clock was set or lost in mid-session with the moment that was measured, in each form.

It does not know ledgers: all of it stands in the receipt.
"""

import json

import pytest

from tests.tools.documents import stories
from tools.__main__ import main
from tools.documents import texts

STOP = 'after_s = 1800\ntap = "alice"'
UNSET = '[[step]]\nafter_s = 0\nclock = "unset"\n'
START_WORDS = {
    "en": "estimated: the end less the time that was measured",
    "de": "geschätzt: das Ende abzüglich der gemessenen Zeit",
    "fr": "estimé : la fin moins le temps mesuré",
}
STOP_WORDS = {
    "en": "estimated: the start and the time that was measured",
    "de": "geschätzt: der Beginn und die gemessene Zeit",
    "fr": "estimé : le début et le temps mesuré",
}


def played(folder, is_set):
    """Return the receipt of a session from 16:59:10 on, in whose middle the clock is set, or is lost."""
    told = (stories.SCENARIOS / "clock_unset.toml").read_text()
    told = told.replace('file = "', f'file = "{stories.SCENARIOS}/')
    clock = "set" if is_set else "unset"
    told = told.replace(STOP, f'after_s = 600\nclock = "{clock}"\n\n[[step]]\nafter_s = 1200\ntap = "alice"')
    path, result = folder / "story.toml", folder / "result.json"
    path.write_text(told if is_set else told.replace(UNSET, ""))
    assert main(["simulate", str(path), "--json", str(result)]) == 0
    return stories.of_kind(json.loads(result.read_text()), "session.ended")[0]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return played(tmp_path_factory.mktemp("learned"), True)


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    return played(tmp_path_factory.mktemp("lost"), False)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_start_that_no_clock_told_is_the_end_less_what_was_measured(language, learned, tmp_path, capsys):
    pdf, page = tmp_path / "receipt.pdf", tmp_path / "receipt.html"
    words = ("--language", language)
    printed = stories.shown(learned, tmp_path, capsys, *words)[1].out
    assert stories.shown(learned, tmp_path, capsys, *words, "--pdf", pdf, "--html", page)[0] == 0
    for text in (printed, "".join(stories.pages(pdf)), stories.Page(page.read_text()).told):
        assert f"2026-03-28 17:59:10 +01:00 ({START_WORDS[language]})" in stories.flat(text)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_end_that_no_clock_told_is_the_start_and_what_was_measured(language, lost, tmp_path, capsys):
    text = stories.flat(stories.shown(lost, tmp_path, capsys, "--language", language)[1].out)
    assert f"2026-03-28 18:29:20 +01:00 ({STOP_WORDS[language]})" in text, text


def test_time_without_power_is_no_part_of_what_was_measured(learned, tmp_path, capsys):
    pause = {"from": "2026-03-28T17:10:00Z", "to": "2026-03-28T17:11:00Z"}
    text = stories.shown(
        stories.altered(learned, flags=["resumed"], interruptions=[pause]), tmp_path, capsys
    )[1].out
    assert "2026-03-28 17:58:10 +01:00 (estimated" in text


@pytest.mark.parametrize(
    "flag", ["power_loss", "last_good_reading", "meter_changed", "records_lost", "clock_set"]
)
def test_where_more_passed_than_was_measured_or_the_clock_was_set_nothing_is_reckoned(
    flag, learned, tmp_path, capsys
):
    text = stories.shown(stories.altered(learned, flags=[flag]), tmp_path, capsys)[1].out
    assert "– (not set)" in text and "estimated" not in text


def test_a_document_and_the_meters_record_tell_one_begin(learned):
    begin = json.loads(stories.payload_of(learned)["ocmf"].split("|")[1])["RD"][0]
    assert begin["TM"] == "2026-03-28T17:59:10,000+0100 I"
