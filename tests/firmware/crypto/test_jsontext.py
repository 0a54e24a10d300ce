"""Proves that JSON is read strictly and exactly. What is valid follows RFC 8259."""

from firmware.crypto import jsontext
from firmware.crypto.jsontext import Number
from firmware.errors import CryptoError
from tests.portable import raises


def refusal(content):
    return str(raises(CryptoError, jsontext.parse, content))


def test_every_kind_of_value_is_read():
    document = jsontext.parse(b' {"a": [1, -20, true, false, null, "x"], "b": {"c": [], "d": {}}}\r\n\t')
    assert document == {"a": [1, -20, True, False, None, "x"], "b": {"c": [], "d": {}}}
    assert jsontext.parse("[[[1]], [2]]") == [[[1]], [2]]


def test_decimals_stay_exact():
    assert jsontext.parse("0.49") == Number(49, -2)
    assert jsontext.parse("0.49").ratio() == (49, 100)
    assert jsontext.parse("-12.50e-1") == Number(-125, -2)
    assert str(jsontext.parse("-0.0500")) == "-0.05"


def test_whole_numbers_are_integers_however_they_are_written():
    for text, number in (("1.0", 1), ("1e3", 1000), ("25.5E+1", 255), ("-0", 0), ("-0.0", 0), ("1e-00", 1)):
        result = jsontext.parse(text)
        assert isinstance(result, int) and result == number, text


def test_numbers_compare_by_value():
    assert Number(490, -3) == Number(49, -2) and Number(49, -2) != Number(49, -1)
    assert Number(10, -1) == 1 and Number(5, 0) == 5 and Number(2, 2) == 200 and Number(1, -1) != 0
    assert len({Number(490, -3): 1, Number(49, -2): 2}) == 1


def test_escapes_become_characters():
    assert jsontext.parse(b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u20aC"') == '"\\/\b\f\n\r\t\u20ac'
    assert jsontext.parse(b'"a\\ud83d\\ude00b"') == "a\U0001f600b"
    assert jsontext.parse('"\u20ac\U0001f600"') == "\u20ac\U0001f600"


def test_broken_text_is_refused_with_line_and_column():
    for content, where in (
        (b"", "line 1, column 1: the text ends early"),
        (b'{"a": 1,\n "a": 2}', "line 2, column 2: the key 'a' stands twice"),
        (b"[1 2]", "line 1, column 4: expected , or ]"),
        (b'{"a": 1 "b": 2}', "line 1, column 9: expected , or }"),
        (b"[1,]", "line 1, column 4: expected a value"),
        (b'{"a": 1,}', "line 1, column 9: expected a key"),
        (b"{1: 2}", "line 1, column 2: expected a key"),
        (b'{"a" 1}', "line 1, column 6: expected :"),
        (b"\n\n [01]", "line 3, column 3: a number with a leading zero"),
        (b"1 x", "line 1, column 3: more text"),
        (b"nul", "line 1, column 1: expected a value"),
        (b'["a', "line 1, column 2: a string without its closing quote"),
        (b'"\\x"', "line 1, column 2: an escape that JSON does not have"),
        (b'"\\u12"', "line 1, column 2: \\u without four"),
        (b'"\\u12\xc3\xa9"', "line 1, column 2: \\u without four"),
        (b'"\\ud800"', "line 1, column 2: half of a surrogate pair"),
        (b'"\\ud800\\u0041"', "line 1, column 2: half of a surrogate pair"),
        (b'"\\udc00"', "line 1, column 2: half of a surrogate pair"),
    ):
        assert where in refusal(content), (content, refusal(content))


def test_numbers_that_json_does_not_have_are_refused():
    for text in ("+1", ".5", "1.", "1e", "1e+", "-", "--1", "0x1", "NaN", "Infinity", "1_0", "00", "-01"):
        refusal(text)


def test_control_characters_and_broken_utf8_are_refused():
    for raw in (
        b"\n",
        b"\0",
        b"\x1f",
        b"\x80",
        b"\xc0\x80",
        b"\xe0\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x8f\xbf\xbf",
    ):
        refusal(b'"' + raw + b'"')
    for raw in (b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\xc3"):
        assert "column 3" in refusal(b'"a' + raw + b'"')


def test_size_depth_and_digits_are_bounded():
    assert jsontext.parse("[" * 32 + "]" * 32) is not None
    assert "deeper than 32" in refusal("[" * 33 + "]" * 33)
    assert "at most 10 are read" in str(raises(CryptoError, jsontext.parse, b" " * 11, 32, 10))
    assert jsontext.parse("9" * 30) == 10**30 - 1
    for text in ("9" * 31, "1e30", "1e101", "1e-101", "1e" + "9" * 40, "0." + "1" * 31):
        assert "more than 30 digits" in refusal(text), text


def test_a_lone_surrogate_has_no_bytes():
    raises(CryptoError, jsontext.parse, '"\ud800"')
