"""The office's fast readers say of every text and record what the firmware's strict ones say."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.crypto import canonical, jose
from firmware.errors import CryptoError, LedgerError
from firmware.ledger import chain
from tests.tools.backoffice.terminals import Terminal
from tools.backoffice.records.proof import decode, opener, unb64url, verifier

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.text(max_size=6) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
HOSTILE = [
    b"",
    b" {}",
    b"{}\n",
    b'{"b":1,"a":2}',
    b'{"a":1,"a":1}',
    b'{"a":-0}',
    b'{"a":1.0}',
    b'{"a":1e2}',
    b'{"a":0.5}',
    b'{"a":9007199254740991}',
    b'{"a":9007199254740992}',
    b'{"a":-9007199254740992}',
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'"\\u0041"',
    b'"\\/"',
    b'"\\u001f"',
    b'"\\u001F"',
    b'"\\t"',
    b'"\\u0009"',
    b'"\x7f"',
    b'"\\ud800"',
    b'"\xc3\xa4"',
    b'"\xed\xa0\x80"',
    '{"\U00010000":1,"\uffff":2}'.encode(),
    '{"\uffff":1,"\U00010000":2}'.encode(),
    b"[" * 33 + b"]" * 33,
    b"[" * 32 + b"]" * 32,
    b"[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]",
    b"[" * 100_000,
    b'{"a":' * 6 + b"1" + b"}" * 6,
    b'{"a":' * 7 + b"1" + b"}" * 7,
    b'{"a":[[[[[[[9007199254740993]]]]]]]}',
    b"-0",
    b'{"":-9007199254740991}',
    *[b'"%c"' % code for code in range(256)],
    *[b'"\\u%04x"' % code for code in range(256)],
    *[b'"\\%c"' % code for code in range(256)],
    b"true",
    b"trueish",
    b"01",
]


def verdict(reader, content):
    try:
        return reader(content)
    except CryptoError:
        return "refused"


def test_hostile_documents_get_the_strict_readers_verdict():
    for content in HOSTILE:
        assert verdict(decode, content) == verdict(canonical.decode, content), content


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, st.booleans(), st.booleans())
def test_every_document_gets_the_strict_readers_verdict(document, sort_keys, ascii_only):
    content = json.dumps(document, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=ascii_only)
    content = content.encode("utf-8", "surrogatepass")
    assert verdict(decode, content) == verdict(canonical.decode, content)


def test_base64url_is_read_as_the_firmware_reads_it_whatever_stands_where():
    for length in range(9):
        for place in range(length):
            for code in range(256):
                text = bytearray(b"QUFBQUFBQUFB"[:length])
                text[place] = code
                assert unb64url(bytes(text)) == strictly(bytes(text)), text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=9) | st.text("ABabQUQgw01-_+/=\n ", max_size=12).map(str.encode))
def test_every_text_of_base64url_is_read_as_the_firmware_reads_it(text):
    assert unb64url(text) == strictly(text)


def strictly(text):
    try:
        return jose.unb64url(text)
    except CryptoError:
        return None


def told(terminal, line):
    """Return what the strict reader takes a line for under a terminal's key, None where for none."""
    public_key = jose.public_from_jwk(terminal.jwk)
    try:
        payload = chain.payload_of(line, verifier(public_key))
        return (payload, chain.hash(line)) if jose.kid(line) == terminal.thumbprint else None
    except LedgerError:
        return None


def open_with(terminal, line):
    return opener(terminal.thumbprint, jose.public_from_jwk(terminal.jwk)).open(line)


def test_records_are_opened_as_the_strict_reader_reads_them():
    terminal = Terminal()
    for line in [*terminal.session(1), *terminal.records(2)]:
        assert open_with(terminal, line.encode()) == told(terminal, line.encode()) is not None


def test_no_change_of_one_character_opens_a_record():
    terminal = Terminal()
    line = terminal.record("boot").encode()
    for place in range(len(line)):
        # The neighbour in the alphabet differs in its last bit, which may be one that belongs to no byte.
        for other in (line[place] ^ 1, ord("A"), ord("."), ord("="), ord("+"), 0x80 | line[place]):
            changed = line[:place] + bytes((other,)) + line[place + 1 :]
            if changed != line:
                assert open_with(terminal, changed) is None, place


@pytest.mark.parametrize("cut", [0, 1, 50, 86, 87, 88, 150, 151, 152])
def test_no_part_of_a_record_is_opened(cut):
    terminal = Terminal()
    line = terminal.record("boot").encode()
    assert open_with(terminal, line[:cut]) is open_with(terminal, line[len(line) - cut :]) is None
    assert open_with(terminal, line + line[:cut]) == (None if cut else told(terminal, line))


def test_no_record_is_opened_with_another_key_under_another_header_or_with_another_payload():
    terminal, other = Terminal(), Terminal(scalar=2)
    line = terminal.record("boot").encode()
    assert open_with(other, line) is None
    payload = canonical.encode(terminal.payload())
    header = {"alg": "ES256", "kid": terminal.thumbprint, "typ": "record+jws"}
    assert open_with(terminal, terminal.sign(payload, header).encode())
    for change in ({"typ": "order+jws"}, {"kid": other.thumbprint}, {"alg": "none"}, {"crit": ["b64"]}):
        assert open_with(terminal, terminal.sign(payload, {**header, **change}).encode()) is None
    for doubtful in (b"", b"[]", b"7", payload + b" ", b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a":0.5}'):
        assert open_with(terminal, terminal.sign(doubtful, header).encode()) is None
    long = canonical.encode({"text": "x" * jose.MAX_COMPACT_BYTES})
    assert open_with(terminal, terminal.sign(long, header).encode()) is None
