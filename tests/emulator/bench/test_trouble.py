"""Reckons how long a meter's trouble lasts on the bench; the terminal's own settings give the figures."""

from emulator.bench.trouble import Trouble

TOLD = {"id": "KT-0001"}
PLAYED = {"id": "KT-0001", "meter_timeout_ms": 200, "meter_patience_s": 400}


def test_silence_lasts_until_as_many_questions_were_in_vain():
    # Ten tries of 1.5 s are given up after 15 s; on the bench, at 200 s a second, after ten of 41 s.
    trouble = Trouble(TOLD, PLAYED, 200, lambda: 0)
    trouble.begin("silent")
    assert trouble.stretched_ms(3_000) == 82_000
    assert trouble.stretched_ms(12_000) == 410_000 - 82_000


def test_what_outlasts_a_terminals_patience_lasts_as_long_again_on_the_bench():
    trouble = Trouble(TOLD, PLAYED, 200, lambda: 0)
    trouble.begin("jump")
    # Each of ten tries is answered, but after 12 s; behind 10 s of them come 60 s of patience, here 400.
    assert trouble.stretched_ms(70_000) == 130_000 + 400_000
    assert trouble.stretched_ms(1_000) == 1_000


def test_what_spoils_no_reading_is_not_stretched():
    trouble = Trouble(TOLD, PLAYED, 200, lambda: 0)
    for fault in ("none", "echo", "noise", "wrong_power"):
        trouble.begin(fault)
        assert trouble.stretched_ms(5_000) == 5_000


def test_no_trouble_is_shorter_than_its_story_tells():
    trouble = Trouble(TOLD, {**TOLD, "meter_tries": 1, "meter_patience_s": 5}, 1, lambda: 0)
    trouble.begin("exception")
    assert trouble.stretched_ms(600_000) == 600_000


def test_a_terminal_that_starts_meets_all_of_it_anew():
    trouble = Trouble(TOLD, PLAYED, 200, lambda: 0)
    trouble.begin("silent")
    first_ms = trouble.stretched_ms(20_000)
    assert trouble.stretched_ms(20_000) < first_ms
    trouble.begin_anew()
    assert trouble.stretched_ms(20_000) == first_ms


def test_a_terminal_that_has_given_its_meter_up_is_left_no_more_time():
    trouble = Trouble(TOLD, PLAYED, 200, lambda: 0)
    trouble.see("receipt")
    trouble.begin("silent")
    trouble.see("finishing")
    assert trouble.stretched_ms(10_000) > 10_000
    trouble.see("out_of_order")
    assert trouble.is_met and trouble.stretched_ms(20_000) == 20_000


def test_trouble_that_passes_is_over_once_the_meter_was_asked_as_often_as_in_the_story():
    questions = [7]
    trouble = Trouble(TOLD, PLAYED, 200, lambda: questions[0])
    trouble.begin("jump")
    trouble.stretched_ms(3_000)
    # Three of ten tries, and the reading that had to be repeated.
    for asked, has_passed in ((7, False), (10, False), (11, True)):
        questions[0] = asked
        assert trouble.has_passed() is has_passed


def test_lasting_trouble_is_not_over_however_often_the_meter_was_asked():
    questions = [0]
    trouble = Trouble(TOLD, PLAYED, 200, lambda: questions[0])
    trouble.begin("exception")
    trouble.stretched_ms(15_000)
    questions[0] = 1_000
    assert not trouble.has_passed()
    trouble.see("out_of_order")
    assert trouble.has_passed()
