"""What a document says of the time without power, in every form and language, and of the register after it.

It does not know how a session is recovered; the receipts are those of simulated power cuts.
"""

import pytest

from tests.tools.documents import stories
from tools.documents import texts

LOST = {
    "en": "lost after 2026-03-28 18:29:13, back by 18:39:20 +01:00; this time is not billed",
    "de": "weg nach 2026-03-28 18:29:13, zurück bis 18:39:20 +01:00; diese Zeit ist nicht berechnet",
    "fr": "coupé après 2026-03-28 18:29:13, rétabli au plus tard à 18:39:20 +01:00 ; "
    "ce temps n'est pas facturé",
}
REGISTER = {
    "en": "; the register at the end is the meter's after power was back",
    "de": "; der Zählerstand am Ende ist der des Zählers nach der Rückkehr des Stroms",
    "fr": " ; l'index de fin est celui du compteur après le retour du courant",
}
BEFORE = {
    "en": "the register at the end is the last one that is certain from before",
    "de": "der Zählerstand am Ende ist der letzte sichere von davor",
    "fr": "l'index de fin est le dernier connu avec certitude d'avant",
}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    return stories.of_kind(stories.played(tmp_path_factory.mktemp("cut"), "power_cut"), "session.ended")[0]


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    played = stories.played(tmp_path_factory.mktemp("resumed"), "power_cut_resumed")
    return stories.of_kind(played, "session.ended")[0]


def told(compact, tmp_path, capsys, language="en"):
    return stories.flat(stories.shown(compact, tmp_path, capsys, "--language", language)[1].out)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_session_that_power_ended_tells_when_it_was_away_and_that_the_register_is_that_of_after(
    language, cut, tmp_path, capsys
):
    pdf, page = tmp_path / "receipt.pdf", tmp_path / "receipt.html"
    words = ("--language", language, "--pdf", pdf, "--html", page)
    assert stories.shown(cut, tmp_path, capsys, *words)[0] == 0
    documents = ["".join(stories.pages(pdf)), stories.Page(page.read_text()).told]
    for text in [told(cut, tmp_path, capsys, language), *map(stories.flat, documents)]:
        assert LOST[language] + REGISTER[language] in text


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("flag", ["last_good_reading", "meter_changed", "meter_jump", "records_lost"])
def test_a_register_that_is_not_the_one_of_after_is_told_as_that_of_before(
    flag, language, cut, tmp_path, capsys
):
    text = told(stories.altered(cut, flags=["power_loss", flag]), tmp_path, capsys, language)
    assert BEFORE[language] in text and REGISTER[language] not in text


def test_time_is_billed_up_to_the_failure_and_its_line_says_so(cut, tmp_path, capsys):
    line = {"dimension": "TIME", "quantity": "1803/3600", "unit": "h", "unit_price": "1.2", "vat": "19"}
    lines = [{**line, "net_minor": 60, "vat_minor": 12, "gross_minor": 72}]
    lines.append({**lines[0], "dimension": "ENERGY", "quantity": "1", "unit": "kWh"})
    text = told(stories.altered(cut, lines=lines), tmp_path, capsys)
    assert "2026-03-28 17:59:10 – 18:29:13" in text and "2026-03-28 17:59:10 – 18:39:20" in text


def test_a_session_that_went_on_tells_its_gap_and_each_further_one(resumed, tmp_path, capsys):
    gap = "lost after 2026-03-28 18:08:11, back by 18:14:10 +01:00; this time is not billed"
    text = told(resumed, tmp_path, capsys)
    assert gap in text and "register at the end is" not in text
    receipt = stories.payload_of(resumed)
    flags = ["resumed", "power_loss"]
    text = told(stories.altered(resumed, flags=flags, duration_s=1000), tmp_path, capsys)
    assert gap in text
    # 17:59:10, 1,000 s of charging, and 359 s without power.
    assert "lost after 2026-03-28 18:21:49, back by 18:29:40 +01:00; this time is not billed; the reg" in text
    assert len(receipt["interruptions"]) == 1


@pytest.mark.parametrize(
    "members",
    [
        {"start": {"at": None, "clock": "unset", "local": None}},
        {"stop": {"at": None, "clock": "unset", "local": None}},
        # Put back in mid-session.
        {"duration_s": 7200},
    ],
)
def test_a_clock_that_does_not_tell_is_no_moment(members, cut, tmp_path, capsys):
    text = told(stories.altered(cut, **members), tmp_path, capsys)
    assert "at times that the clock did not tell; this time is not billed; the register" in text
    assert "lost after" not in text
