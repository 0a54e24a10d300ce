"""Every screen that a driver can see, filled in with the facts of the moment.

It does not know displays, and not which screen comes when; the texts stand in one module a language.
"""

from firmware.pricing import money, ratio

LANGUAGES = ("en", "de", "fr")
# What small displays show: four lines of so many characters.
WIDTH = 24
# A blank that never parts a line.
NO_BREAK = "\u00a0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def screen(screen_id: str, language: str, facts: "dict[str, Any]") -> "dict[str, Any]":
    """Return {"id", "language", "lines"} of a screen; KeyError for a missing fact or what is in no table.

    Where the facts have "qr" the screen has it: the rows of a QR code (firmware.screens.qr), integers whose
    lowest bit is the right module.

    Facts: welcome "quote" (texts of words.quote); plug_in may have "seconds"; charging, suspended, receipt
    "energy_wh", "gross_minor", "currency", the first two also "duration_s", the last "receipt" and maybe
    "code" and "bill" (texts of words.bill); refused "reason"; out_of_order "fault".
    """
    texts = texts_of(language)
    lines: "list[str]" = []
    text = find(texts, _key(screen_id, facts, texts))
    told = _told(text, language, facts)
    for line in text.split("|"):
        lines.extend(_wrapped(line.format(**told)))
    for line in facts["quote"] if screen_id == "welcome" else facts.get("bill", ()):
        lines.extend(_wrapped(line))
    screen = {"id": screen_id, "language": language, "lines": lines}
    if "qr" in facts:
        screen["qr"] = facts["qr"]
    return screen


def find(texts: str, key: str) -> "str":
    """Return what a language says for a key: the rest of its line. KeyError where there is none."""
    begin = texts.find("\n%s: " % key)
    if begin < 0:
        raise KeyError(key)
    return texts[begin + len(key) + 3 : texts.find("\n", begin + 1)]


def texts_of(language: str) -> str:
    """Return the texts of a language; only a language that is shown takes up memory."""
    if language == "en":
        from firmware.screens import en

        return en.TEXTS
    if language == "de":
        from firmware.screens import de

        return de.TEXTS
    if language == "fr":
        from firmware.screens import fr

        return fr.TEXTS
    raise KeyError(language)


def _key(screen_id: str, facts: "dict[str, Any]", texts: str) -> str:
    """Return where the text of a screen stands; a reason or fault without its own has that of all others."""
    if screen_id == "plug_in" and "seconds" in facts:
        return "plug_in.seconds"
    if screen_id == "receipt" and "code" in facts:
        return "receipt.code"
    if screen_id == "refused" or screen_id == "out_of_order":
        special = screen_id + "." + facts["reason" if screen_id == "refused" else "fault"]
        return special if "\n%s: " % special in texts else screen_id + ".other"
    return screen_id


def _told(text: str, language: str, facts: "dict[str, Any]") -> "dict[str, str]":
    """Write the facts that a screen names as people of the language do."""
    told: "dict[str, str]" = {}
    if "{energy}" in text:
        # Begun hundredths do not count: the display never claims more than was charged.
        told["energy"] = money.localise(ratio.places(facts["energy_wh"] // 10, 2), language)
    if "{price}" in text:
        told["price"] = money.format_minor(facts["gross_minor"], facts["currency"], language)
    if "{duration}" in text:
        seconds = facts["duration_s"]
        told["duration"] = "%d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    for name in ("receipt", "code", "seconds", "reason", "fault"):
        if "{%s}" % name in text:
            told[name] = str(facts[name])
    return told


def _wrapped(line: str) -> "list[str]":
    """Break a line that is too wide, before a bracket or else at the last blank that fits."""
    if len(line) <= WIDTH:
        return [line.replace(NO_BREAK, " ")]
    lines = []
    while len(line) > WIDTH:
        cut = line.find(" (")
        if not 0 < cut <= WIDTH:
            cut = line[: WIDTH + 1].rfind(" ")
        if cut <= 0:
            break
        lines.append(line[:cut])
        line = line[cut + 1 :]
    lines.append(line)
    return [part.replace(NO_BREAK, " ") for part in lines]
