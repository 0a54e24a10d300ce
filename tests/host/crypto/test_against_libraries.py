"""Holds our signatures, keys and JSON against the packages cryptography and joserfc and CPython's json."""

import hashlib
import json
import random
from decimal import Decimal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from firmware.crypto import canonical, curve, der, jose, jsontext, p256
from firmware.errors import CryptoError
from tests.firmware.crypto.random_values import COUNT, RandomValues

ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
EDGES = (1, 2, 3, 4, curve.N - 1, curve.N - 2, curve.N >> 1, (curve.N >> 1) + 1, 2**22, 2**43, 2**215, 2**255)


def raw(der):
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def library_key(private):
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())


def test_200_keys_give_the_same_public_keys_and_signatures():
    source = random.Random(20260328)
    scalars = list(EDGES) + [source.randrange(1, curve.N) for _ in range(200)]
    for scalar in scalars:
        private = scalar.to_bytes(32, "big")
        message = source.randbytes(40)
        numbers = library_key(private).public_key().public_numbers()
        public = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        assert p256.public_key(private) == public
        signature = p256.sign(private, hashlib.sha256(message).digest())
        assert signature == raw(library_key(private).sign(message, ALGORITHM))


def test_both_sides_judge_signatures_alike():
    source = random.Random(7)
    for scalar in EDGES + tuple(source.randrange(1, curve.N) for _ in range(60)):
        key = library_key(scalar.to_bytes(32, "big"))
        message = source.randbytes(40)
        signature = bytearray(raw(key.sign(message, ec.ECDSA(hashes.SHA256()))))
        public = p256.public_key(scalar.to_bytes(32, "big"))
        assert p256.verify(public, hashlib.sha256(message).digest(), bytes(signature))
        signature[source.randrange(64)] ^= 1 << source.randrange(8)
        try:
            key.public_key().verify(der.signature(bytes(signature)), message, ec.ECDSA(hashes.SHA256()))
            good = True
        except InvalidSignature:
            good = False
        assert p256.verify(public, hashlib.sha256(message).digest(), bytes(signature)) == good


def test_our_der_is_what_the_library_writes():
    key = library_key((12345).to_bytes(32, "big"))
    for number in range(50):
        written = key.sign(b"%d" % number, ALGORITHM)
        assert der.signature(raw(written)) == written == der.signature(der.raw_signature(written))


def test_joserfc_verifies_what_we_sign_and_names_the_key_alike():
    private = (987654321).to_bytes(32, "big")
    public = p256.public_key(private)
    key = ECKey.import_key(jose.jwk(public))
    assert key.thumbprint() == jose.thumbprint(public)
    header = {"alg": "ES256", "kid": jose.thumbprint(public), "typ": "record+jws"}
    signing_input = jose.signing_input(header, canonical.encode({"seq": 1}))
    compact = jose.compact(signing_input, p256.sign(private, hashlib.sha256(signing_input).digest()))
    parsed = jws.deserialize_compact(compact, key, algorithms=["ES256"])
    assert parsed.payload == b'{"seq":1}'
    assert parsed.headers() == header


def test_we_verify_what_joserfc_signs():
    key = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "kid": "operator", "typ": "orders+jws"}
    compact = jws.serialize_compact(header, b"{}", key, algorithms=["ES256"])
    payload, signing_input, signature = jose.split(compact, "orders+jws")
    public = jose.public_from_jwk(key.as_dict(private=False))
    assert payload == b"{}"
    assert p256.verify(public, hashlib.sha256(signing_input).digest(), signature)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_10000_random_values_are_written_as_other_tools_would():
    source = RandomValues(2)
    for _ in range(COUNT):
        value = source.value()
        assert canonical.encode(value) == written(value).encode(), value


def written(value):
    """Return the canonical text, by the modules json and decimal and UTF-16 itself."""
    if isinstance(value, jsontext.Number):
        return f"{Decimal(value.digits).scaleb(value.exponent):f}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{written(key)}:{written(value[key])}" for key in keys) + "}"
    return json.dumps(value, ensure_ascii=False)


@settings(max_examples=200, deadline=None)
@given(values)
def test_cpython_reads_what_we_write_and_we_read_what_it_writes(document):
    content = canonical.encode(document)
    assert json.loads(content) == document
    assert canonical.decode(content) == document
    for text in (json.dumps(document), json.dumps(document, ensure_ascii=False, indent=1)):
        assert jsontext.parse(text) == document


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{},:"\\u0123456789.-+eE truefalsn\x01\u20ac', max_size=20))
def test_we_accept_no_text_that_cpython_refuses(text):
    try:
        jsontext.parse(text)
    except CryptoError:
        return
    json.loads(text)


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-20, 6))
def test_decimals_look_as_ecmascript_writes_them(digits, exponent):
    # CPython's repr is the shortest form that reads back, as ECMAScript's; exponents come at other sizes.
    number = jsontext.Number(digits, exponent)
    try:
        content = canonical.encode(number)
    except CryptoError:
        assert abs(number.digits) >= 10**15 or abs(digits * 10.0**exponent) < 1e-6
        return
    assert float(content) == float(f"{digits}e{exponent}")
    shortest = repr(float(content))
    if "e" not in shortest:
        assert content.decode() == (shortest[:-2] if shortest.endswith(".0") else shortest)
