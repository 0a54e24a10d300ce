"""Proves that a configuration is judged whole: every problem at once, each with its key and the mend."""

from firmware import config
from firmware.crypto import jsontext
from firmware.errors import ConfigError
from tests.portable import raises


def test_a_silent_document_gets_the_defaults():
    settings = config.from_document({"id": "KT-0001"})
    assert settings.meter_baud == 9600 and settings.timezone == "UTC0" and settings.contracts == []


def test_two_configurations_share_no_list():
    first = config.from_document({"id": "A"})
    first.contracts.append({})
    assert config.from_document({"id": "B"}).contracts == []


def test_every_problem_is_told_at_once():
    document = {"meter_bud": 9600, "meter_unit": 0, "meter_parity": "X", "upload_batch": True, "tariffs": {}}
    problems = raises(ConfigError, config.from_document, document).problems
    assert len(problems) == 6
    for key in ("id: missing", "meter_bud: no such setting; did you mean meter_baud?", "meter_unit: 0"):
        assert [problem for problem in problems if problem.startswith(key)], key


def test_a_problem_says_what_would_be_right():
    problem = raises(ConfigError, config.from_document, {"id": "A", "meter_baud": 50}).problems[0]
    assert problem == "meter_baud: 50 is not possible; it has to be a whole number from 1200 to 115200"


def test_what_is_given_is_shown_as_it_was_written():
    written = (("1.5", "1.5"), ("-0.05", "-0.05"), ("true", "true"), ("null", "null"), ('"1"', "'1'"))
    for text, shown in written + (('{"a": 1.5}', "a table"), ("[1.5, 2]", "a list of 2 entries")):
        document = jsontext.parse('{"id": "A", "meter_unit": %s}' % text)
        problem = raises(ConfigError, config.from_document, document).problems[0]
        assert problem == "meter_unit: %s is not possible; it has to be a whole number from 1 to 247" % shown


def test_a_secret_is_not_repeated():
    document = {"id": "A", "wifi_password": 12345678, "enrol_code": 4711}
    problems = raises(ConfigError, config.from_document, document).problems
    assert not [problem for problem in problems if "1234" in problem or "4711" in problem]


def test_each_default_is_in_its_own_range():
    for setting in config.settings():
        if setting.default is not None:
            assert setting.problem(setting.default) is None, setting.name
