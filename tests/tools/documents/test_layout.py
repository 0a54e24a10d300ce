"""A PDF's pages hold together: nothing covers anything, no heading stands alone, nothing is cut off.

It does not know how it looks; it is read back by PDFium.
"""

import pypdfium2
import pytest

from tests.tools.documents import stories
from tools.documents import texts


@pytest.fixture(scope="module")
def compact(tmp_path_factory):
    played = stories.played(tmp_path_factory.mktemp("story"), "tap_and_charge")
    return stories.of_kind(played, "session.ended")[0]


def written(compact, tmp_path, capsys, *words, **members):
    out = tmp_path / "receipt.pdf"
    assert stories.shown(stories.altered(compact, **members), tmp_path, capsys, "--pdf", out, *words)[0] == 0
    return out


def pauses(count):
    return [{"from": f"2026-03-28T17:{n:02}:00Z", "to": f"2026-03-28T17:{n:02}:30Z"} for n in range(count)]


def test_headings_never_stand_alone_at_the_foot_of_a_page(compact, tmp_path, capsys):
    counts = set()
    # So many facts that the lines begin somewhere around the end of the first page.
    for count in range(15, 22):
        out = written(compact, tmp_path, capsys, interruptions=pauses(count), flags=["resumed"])
        told = stories.pages(out)
        counts.add(len(told))
        (page,) = [text for text in told if "Unit price, net" in text]
        assert "Energy 11.061 kWh" in stories.flat(page.partition("Unit price, net")[2]), count
        (sums,) = [text for text in told if "VAT 19 % on" in text]
        assert "Gross" in sums.partition("VAT 19 % on")[2], count
    assert counts == {2}


def test_more_facts_than_a_page_has_room_for_go_on_on_the_next(compact, tmp_path, capsys):
    out = written(compact, tmp_path, capsys, interruptions=pauses(40), flags=["resumed"])
    told = stories.flat("".join(stories.pages(out)))
    for number in range(40):
        assert told.count(f"lost after 2026-03-28 18:{number:02}:00, back by 18:{number:02}:30 +01:00") == 1
    assert told.count("134.517 kWh") == 1 and "Page 2/3" in told


def test_a_long_name_of_who_issues_it_covers_no_title(compact, tmp_path, capsys):
    name = "Stadtwerke Musterstadt GmbH & Co. KG, Abteilung Elektromobilität und Ladeinfrastruktur"
    words = ("--issuer", name, "--language", "de")
    named = {"receipt": "KT-0001-000001", "hash": "x" * 43, "code": "AAA-AAA-AAA"}
    out = written(compact, tmp_path, capsys, *words, kind="receipt.cancelled", corrects=named)
    page = pypdfium2.PdfDocument(out)[0]
    text, (width, height) = page.get_textpage(), page.get_size()
    # From the upper edge down to the verdict, left of the issuer and right of the title.
    title = text.get_text_bounded(left=0, right=width * 0.42, bottom=height - 100, top=height)
    issuer = text.get_text_bounded(left=width * 0.42, right=width, bottom=height - 100, top=height)
    assert stories.flat(title).startswith("Stornobeleg KT-0001-000001 Kurzcode")
    assert stories.flat(issuer) == name


def test_no_text_leaves_the_page(compact, tmp_path, capsys):
    token = {**stories.payload_of(compact)["token"], "uid": "04" * 90}
    out = written(
        compact, tmp_path, capsys, contract="C" * 200, token=token, tariff={"id": "t" * 150, "hash": "0" * 64}
    )
    for page in pypdfium2.PdfDocument(out):
        text, width = page.get_textpage(), page.get_size()[0]
        for place in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(place)
            assert 0 <= left <= right <= width - 40
    joined = "".join("".join(stories.pages(out)).split())
    assert "C" * 200 in joined and "04" * 90 in joined and "t" * 150 in joined


def test_large_amounts_cover_nothing_beside_them(compact, tmp_path, capsys):
    line = {**stories.payload_of(compact)["lines"][0], "quantity": "-98765.432", "unit_price": "12.345678"}
    amounts = {"net_minor": -12345678, "vat_minor": -2345678, "gross_minor": -14691356}
    vat = [{"rate": "19", **{key: amounts[key] for key in ("net_minor", "vat_minor")}}]
    sums = {"net_minor": amounts["net_minor"], "gross_minor": amounts["gross_minor"]}
    out = written(compact, tmp_path, capsys, "--language", "de", lines=[{**line, **amounts}], vat=vat, **sums)
    for page in pypdfium2.PdfDocument(out):
        text = page.get_textpage()
        for place in range(1, text.count_chars()):
            before, after = text.get_charbox(place - 1), text.get_charbox(place)
            # Of one line: the next character begins where the one before has ended.
            if abs(before[1] - after[1]) < 1 and after[0] > before[0] and after[2] > after[0]:
                assert after[0] >= before[2] - 1, text.get_text_range(max(0, place - 20), 40)
    told = stories.flat("".join(stories.pages(out)))
    assert "-98.765,432 kWh 12,345678 EUR/kWh 19 % -123.456,78 EUR -146.913,56 EUR" in told


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_receipt_without_vat_says_so(language, compact, tmp_path, capsys):
    line = {**stories.payload_of(compact)["lines"][0], "vat": None, "vat_minor": 0, "gross_minor": 542}
    free = stories.altered(compact, tax="N/A", vat=[], lines=[line], gross_minor=542)
    told = stories.flat(stories.shown(free, tmp_path, capsys, "--language", language)[1].out)
    assert texts.of(language)["no_tax"] in told
    taxed = stories.flat(stories.shown(compact, tmp_path, capsys, "--language", language)[1].out)
    assert texts.of(language)["no_tax"] not in taxed
