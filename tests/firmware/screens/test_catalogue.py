"""The screens: what a driver reads, and that no language says less than another.

It does not know when a screen is shown.
"""

from firmware.metering import refusals
from firmware.screens import catalogue, de, en, fr
from tests.portable import raises

ENGLISH = dict([line.split(": ", 1) for line in en.TEXTS.strip().split("\n")])
TABLES = [
    dict([line.split(": ", 1) for line in texts.strip().split("\n")])
    for texts in (en.TEXTS, de.TEXTS, fr.TEXTS)
]
SESSION = {"energy_wh": 12349, "gross_minor": 1421, "currency": "EUR", "duration_s": 3725}


def lines(screen_id, language="en", **facts):
    """Return the lines of a screen."""
    shown = catalogue.screen(screen_id, language, facts)
    assert (shown["id"], shown["language"]) == (screen_id, language)
    return shown["lines"]


def placeholders(text):
    """Return the names in braces, sorted."""
    return sorted([part.split("}")[0] for part in text.split("{")[1:]])


def test_all_languages_have_the_same_screens_and_facts():
    for table in TABLES:
        assert sorted(table) == sorted(ENGLISH)
        for key in table:
            assert placeholders(table[key]) == placeholders(ENGLISH[key]), key


def test_texts_fit_four_lines_of_a_small_display():
    for table in TABLES:
        for key in table:
            found = table[key].split(" " if key == "days" else "|")
            assert len(found) <= 4 or key == "days" and len(found) == 7, table[key]
            for line in found:
                filled = line.replace("{receipt}", "KT-0001-000001").replace("{seconds}", "3600")
                assert 0 < len(filled) <= catalogue.WIDTH, line
                assert line == line.strip()


def test_the_welcome_tells_the_prices():
    quote = ["0.49 EUR/kWh", "0.0417 EUR/min (2.50 EUR/h)"]
    assert lines("welcome", quote=quote) == [
        "Hold your card here", "0.49 EUR/kWh", "0.0417 EUR/min", "(2.50 EUR/h)",
    ]  # fmt: skip
    assert lines("welcome", "de", quote=[]) == ["Bitte Karte vorhalten"]


def test_charging_shows_energy_price_and_time():
    assert lines("charging", **SESSION) == ["Charging", "12.34 kWh", "14.21 EUR", "1:02:05"]
    assert lines("charging", "de", **SESSION) == ["Fahrzeug lädt", "12,34 kWh", "14,21 EUR", "1:02:05"]
    assert lines("suspended", "fr", **SESSION)[1:] == ["12,34 kWh", "14,21 EUR", "1:02:05"]


def test_energy_is_never_rounded_up():
    facts = dict(SESSION)
    for energy_wh, shown in ((0, "0.00 kWh"), (9, "0.00 kWh"), (10, "0.01 kWh"), (1999, "1.99 kWh")):
        facts["energy_wh"] = energy_wh
        assert lines("charging", **facts)[1] == shown


def test_the_receipt_needs_no_more_than_the_record():
    record = {
        "receipt": "KT-0001-000007",
        "energy_wh": 11000,
        "gross_minor": 393,
        "currency": "EUR",
        "net_minor": 330,
    }
    assert lines("receipt", **record) == ["Receipt KT-0001-000007", "11.00 kWh", "3.93 EUR", "Please unplug"]


def test_the_receipt_tells_its_short_code_where_it_is_known():
    record = dict(SESSION, receipt="KT-0001-000007", code="7Q2-FM9-XC5")
    for language in catalogue.LANGUAGES:
        assert lines("receipt", language, **record)[2] == "Code 7Q2-FM9-XC5"


def test_a_long_receipt_number_takes_a_line_of_its_own():
    record = dict(SESSION, receipt="A-VERY-LONG-TERMINAL-NAME-000001")
    assert lines("receipt", **record)[:2] == ["Receipt", "A-VERY-LONG-TERMINAL-NAME-000001"]


def test_a_line_is_broken_at_the_last_blank_that_fits():
    full = "four words fill the line"
    assert len(full) == catalogue.WIDTH
    assert lines("welcome", quote=[full, full + " twice"])[1:] == [full, full, "twice"]


def test_the_wait_for_the_plug_may_tell_how_long():
    assert lines("plug_in") == ["Card accepted", "Plug in your vehicle"]
    assert lines("plug_in", seconds=60)[2] == "within 60 s"


def test_every_reason_and_every_fault_is_told():
    for language in catalogue.LANGUAGES:
        told = []
        for reason in (
            "unknown_card", "denied", "not_yet_valid", "expired", "random_uid", "card_error", "other_card",
            "not_genuine", "insecure_card", "bank_card", "bank_card_scheme", "bank_card_broken",
            "bank_card_blocked", "bank_card_declined", "bank_card_unproven", "bank_card_expired",
            "bank_card_not_yet", "bank_card_abroad", "bank_card_verify", "bank_card_day",
            "bank_card_no_clock", "see_phone",
            "storage_full", "out_of_order", "no_tariff", "no_clock", "limit", "something_new",
        ):  # fmt: skip
            told.append(lines("refused", language, reason=reason))
        meters = ["meter" + trouble for trouble in refusals.TROUBLES]
        for fault in meters + ["contactor", "storage", "reader", "key", "something_new"]:
            told.append(lines("out_of_order", language, fault=fault))
        for i in range(len(told)):
            assert told[i] not in told[:i]
    assert lines("refused", reason="something_new") == ["Not possible", "(something_new)"]


def test_plain_screens_need_no_facts():
    for screen_id in ("starting", "finishing", "recovering"):
        for language in catalogue.LANGUAGES:
            assert len(lines(screen_id, language)) == 2


def test_what_is_not_there_is_a_bug_and_named():
    for screen_id, language in (("nowhere", "en"), ("starting", "nl"), ("charging", "en")):
        raises(KeyError, catalogue.screen, screen_id, language, {})
