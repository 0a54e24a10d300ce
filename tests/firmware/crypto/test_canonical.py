"""Proves that a document has one form in bytes. The examples are those of RFC 8785 where it gives any."""

from firmware.crypto import canonical, jsontext
from firmware.errors import CryptoError
from tests.portable import raises


def test_example_of_rfc_8785_3_2_2_is_encoded_as_printed():
    # The numbers of the RFC's example are left out but for those that are plain decimals.
    document = {
        "numbers": [333333333, jsontext.Number(45, -1), jsontext.Number(2, -3)],
        "string": '\u20ac$\u000f\u000aA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical.encode(document) == (
        b'{"literals":[null,true,false],"numbers":[333333333,4.5,0.002],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf16_code_units_as_in_rfc_8785_3_2_3():
    document = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    text = canonical.encode(document).decode()
    order = [
        text.index(value) for value in ("Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew")
    ]
    assert order == sorted(order)


def test_only_the_escapes_of_the_standard_are_written():
    every_control = "".join([chr(code) for code in range(0x20)]) + '"\\/\x7f'
    assert canonical.encode(every_control) == (
        b'"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f'
        b"\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f"
        b'\\"\\\\/\x7f"'
    )


def test_pieces_are_the_encoding_whatever_is_written_wherever():
    for code in list(range(0x100)) + [0x20AC, 0xE000, 0xFFFD, 0x1F600]:
        text = "a" + chr(code) + "z"
        # As a key, alone and beside others; as a member; in a list; on either side of the end of a part.
        document = {
            text: text,
            "b": {"c": 1, text: [text, True, None], "d": {}},
            "list": [text, {text: -(2**53) + 1}, [[]]],
            "long": text * 200,
            "part": "x" * 127 + text,
            "none": [],
        }
        assert b"".join(canonical.pieces(document)) == canonical.encode(document)
        assert canonical.decode(canonical.encode(document)) == document
    assert b"".join(canonical.pieces([1, "\n"])) == b'[1,"\\n"]'
    assert b"".join(canonical.pieces({})) == b"{}"


def test_what_the_interpreters_own_writer_puts_down_is_what_ours_would():
    # Beside a decimal, which that one does not know, all of a document is written by ours.
    for code in list(range(0x100)) + [0x2028, 0x20AC, 0xE000, 0xFFFD, 0x1F600]:
        text = "a" + chr(code) + "u0041"
        for value in (text, {text: text, "a": [text, {"": text}]}, [text, True, None, (1, -(2**53) + 1), []]):
            assert canonical.encode([jsontext.Number(5, -1), value]) == b"[0.5,%s]" % canonical.encode(value)


def test_members_in_an_order_of_their_own_are_canonical_in_themselves():
    members = {"b": "\u20ac", "a": {"z": 1, "y": [jsontext.Number(5, -1)]}, "left out": 1.5, "c": '"'}
    assert canonical.in_order(members, ["c", "b", "a"]) == (
        b'{"c":"\\"","b":"\xe2\x82\xac","a":{"y":[0.5],"z":1}}'
    )
    assert canonical.in_order({"b": 1, "a": True}, ["b", "a"]) == b'{"b":1,"a":true}'
    raises(CryptoError, canonical.in_order, members, ["left out"])


def test_empty_containers_tuples_and_negative_numbers():
    assert canonical.encode([{}, [], (), "", -1, (1, 2)]) == b'[{},[],[],"",-1,[1,2]]'
    assert canonical.encode(jsontext.Number(-5, -2)) == b"-0.05"


def test_what_has_no_one_form_is_refused():
    for document in (1.5, b"bytes", {1: 2}, {None: 1}, [set()], "\ud800", {"\udfff": 1}, 2**53, -(2**53)):
        raises(CryptoError, canonical.encode, document)
    # 16 significant digits and anything below 0.000001 would look different in RFC 8785's doubles.
    raises(CryptoError, canonical.encode, jsontext.Number(1234567890123456, -3))
    raises(CryptoError, canonical.encode, jsontext.Number(9, -7))
    assert canonical.encode(jsontext.Number(1, -6)) == b"0.000001"
    assert canonical.encode(jsontext.Number(11, -7)) == b"0.0000011"
    assert canonical.encode(2**53 - 1) == b"9007199254740991"


def test_a_document_that_holds_itself_is_refused():
    document = []
    document.append(document)
    assert "deeper" in str(raises(CryptoError, canonical.encode, document))


def test_decode_gives_back_what_encode_wrote():
    document = {"b": [1, {"c": None}], "a": "\u20ac\n", "n": jsontext.Number(49, -2)}
    assert canonical.decode(canonical.encode(document)) == document


def test_decode_refuses_every_other_spelling():
    for content in (
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b"1.0",
        b"1e2",
        b"-0",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000A"',
        b"1 ",
    ):
        raises(CryptoError, canonical.decode, content)
