"""A PDF keeps the letters of Europe's alphabets as they are, and shows openly what it has no letter of.

It does not know receipts' members; what is read back is read by PDFium.
"""

import unicodedata

import pypdfium2
import pytest

from tests.tools.documents import stories
from tools.documents import texts, typeface

# Pangrams and names that need each letter of their alphabets.
LETTERS = {
    "Polish": "Zażółć gęślą jaźń, ŁÓDŹ",
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Hungarian": "Árvíztűrő tükörfúrógép",
    "Romanian": "Muzicologă în bej vând whisky și tequila, preț fix",
    "Turkish": "Pijamalı hasta yağız şoföre çabucak güvendi, İĞNE",
    "Icelandic": "Kæmi ný öxi hér, ykist þjófum nú bæði víl og ádrepa",
    "Lithuanian": "Įlinkdama fechtuotojo špaga sublykčiojusi pragręžė",
    "Vietnamese": "Số xe ở trạm sạc Hà Nội",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, ΑΘΉΝΑ ΐ ΰ",
    "polytonic Greek": "ἄνδρα μοι ἔννεπε, Μοῦσα, ᾧ",
    "Russian": "Съешь ещё этих мягких французских булок, ЁЖ",
    "Ukrainian": "Щастям б'єш жук їх глицю в фон й ґедзь пріч",
    "Serbian": "Љубазни фењерџија чађавог лица хоће да ми покаже штос",
    "signs": "№ 7 – 5 ‰ · 3 × 2 € 9 ₴ 8 ₺ 7 zł „tak” «да» § …",
}


@pytest.fixture(scope="module")
def compact(tmp_path_factory):
    played = stories.played(tmp_path_factory.mktemp("story"), "tap_and_charge")
    return stories.of_kind(played, "session.ended")[0]


def issued_by(lines, compact, tmp_path, capsys, *words):
    out = tmp_path / "receipt.pdf"
    issuer = [word for line in lines for word in ("--issuer", line)]
    code, said = stories.shown(compact, tmp_path, capsys, "--pdf", out, *issuer, *words)
    assert code == 0
    return "".join(stories.pages(out)), said.err, out


def test_the_letters_of_each_alphabet_can_be_copied_from_it_and_are_all_drawn(compact, tmp_path, capsys):
    told, warned, out = issued_by(LETTERS.values(), compact, tmp_path, capsys)
    assert warned == ""
    assert [name for name, line in LETTERS.items() if line not in stories.flat(told)] == []
    assert typeface.REPLACEMENT not in told
    assert out.stat().st_size < 60_000


def test_what_the_terminals_texts_say_keeps_its_letters_too(compact, tmp_path, capsys):
    line = {**stories.payload_of(compact)["lines"][0], "discount": {"name": "Zniżka dla Łodzi"}}
    changed = stories.altered(
        compact, lines=[line], contract="Ελλάδα-1", tariff={"id": "нічний", "hash": "0" * 64}
    )
    told, warned, _ = issued_by((), changed, tmp_path, capsys)
    assert warned == ""
    for text in ("Zniżka dla Łodzi", "Ελλάδα-1", "нічний"):
        assert text in told


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_there_is_no_letter_of_is_shown_named_and_told_in_the_document(
    language, compact, tmp_path, capsys
):
    told, warned, _ = issued_by(
        ["充电 EV 🔌\ufe0f", "a\u202eb\x07"], compact, tmp_path, capsys, "--language", language
    )
    assert "\ufffd\ufffd EV \ufffd" in told and "a\ufffdb\ufffd" in told
    assert texts.of(language)["not_in_font"] in stories.flat(told)
    for named in ("'充' (U+5145)", "'🔌' (U+1F50C)", "'\\u202e' (U+202E)", "'\\x07' (U+0007)"):
        assert named in warned


def test_letters_that_are_not_in_the_font_are_drawn_as_the_same_visible_box(compact, tmp_path, capsys):
    # Drawn, not merely there as text: the same pixels as those of the replacement itself, and not of a blank.
    def drawn(line):
        _, _, out = issued_by([line], compact, tmp_path, capsys)
        page = pypdfium2.PdfDocument(out)[0].render(scale=2).to_pil()
        return page.crop((page.width // 2, 0, page.width, 120)).tobytes()

    assert drawn("充") == drawn("\ufffd") != drawn("\u00a0")


def test_a_text_is_composed_and_loses_no_mark():
    decomposed = unicodedata.normalize("NFD", "Łódź ΐ й")
    assert typeface.shown(decomposed) == "Łódź ΐ й"
    assert typeface.unknown([decomposed]) == []
    assert typeface.shown("1\u202f234\tkWh\nx") == "1\u00a0234 kWh x"
    assert typeface.unknown(["a充b", "充電"]) == ["充", "電"]


def test_the_pdf_brings_its_fonts(compact, tmp_path, capsys):
    _, _, out = issued_by(["Łódź"], compact, tmp_path, capsys)
    content = out.read_bytes()
    assert content.count(b"/FontFile2") == 2 and b"/Type1" not in content
    assert b"/Helvetica" not in content
