"""The office's fast reader says of every document what the firmware's strict one says. It knows no record."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.crypto import canonical
from firmware.errors import CryptoError
from tools.backoffice.records.proof import decode

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
