"""Shows that no file makes `kilotap verify` stumble: each has a sentence, exit 1 or 2, and takes no time.

It does not know what good files are made of.
"""

import base64
import json
import os
import threading
import time
import tracemalloc

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.tools.proofs.makers import Meter
from tools import inputs
from tools.__main__ import main


def verified(path, capsys, *words):
    code = main(["verify", str(path), *map(str, words)])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out + said.err


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"", 2, "is empty"),
        (b" \n", 2, "is empty"),
        (b"hello", 2, "nothing that can be verified"),
        (b"{}", 2, "nothing that can be verified"),
        (b"{" * 10_000_000, 2, "more than 8 MB"),
        (b"{" * 7_000_000, 2, "nothing that can be verified"),
        (b"OCMF|" + b"{" * 7_000_000 + b"|{}", 1, "at most 1000000 are read"),
        (b"OCMF", 1, "the record ends early"),
        (b"OCMF|", 1, "the record ends early"),
        (b'OCMF|{"PG":' + b"9" * 5000 + b"}|{}", 1, "a number has 5000 digits"),
        (b'OCMF|{"PG":"T1","MS":"1","RD":[{"RV":0.%s}]}|{}' % (b"9" * 9000), 1, "a register is a number"),
        (b'OCMF|{"PG":"T1","MS":"1","RD":[{"RV":"%s"}]}|{}' % (b"9" * 9000), 1, "a register is a number"),
        (b"OCMF|" * 100_000, 1, "more sections"),
        (b"OCMF|\n" * 100_000, 2, "at most 1000 are verified"),
        (b"<a>" * 2_000_000, 1, "no XML"),
        (b"a.b.c", 1, "form: no record"),
        (b"eyJhbGciOiJub25lIn0.e30.", 1, "form: no record"),
        (b"." * 10, 2, "nothing that can be verified"),
        (b"a.b.c\na.b.c\n", 1, "does not hold"),
        (b"\0" * 1000, 2, "nothing that can be verified"),
        (b"\xff\xfeO\0C\0M\0F\0", 2, "text in UTF-16"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30", 1, "a JWS of 2 parts"),
        (b"eyJhbGciOiJFUzI1", 1, "a JWS of 1 parts"),
        (b"eyJ" + b"A" * 7_000_000, 1, "at most 16384 are read"),
        (b"a.b.c\n" * 1_300_000, 2, "more than 50000 lines"),
        (b"00000000 a.b.c\n" * 2_000, 1, "1901 problems more"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_a_bad_file_has_a_sentence_and_takes_no_time(content, code, sentence, tmp_path, capsys):
    path = tmp_path / "file"
    path.write_bytes(content)
    tracemalloc.start()
    began = time.monotonic()
    found, said = verified(path, capsys)
    assert (found, sentence in said) == (code, True), said[:300]
    # Parsing deep XML is the longest; a tenth of this on a free machine.
    assert time.monotonic() - began < 20
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("size", [0, 10, 64, 400, 900])
def test_a_truncated_record_is_not_readable_as_another(size, tmp_path, capsys):
    path = tmp_path / "record.ocmf"
    path.write_text(Meter().record()[:-1][:size])
    code, said = verified(path, capsys)
    assert code in (1, 2) and said


def test_a_missing_file_and_a_missing_key_are_told(tmp_path, capsys):
    assert verified(tmp_path / "none", capsys)[0] == 2
    path = tmp_path / "record.ocmf"
    path.write_text(Meter().record())
    assert verified(path, capsys, "--key", tmp_path / "none")[0] == 2
    code, said = verified(path, capsys)
    assert code == 1 and "give the terminal's key with --key" in said


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (b"{" * 10_000_000, "far too long"),
        (b"{" * 900_000, "no JWK"),
        (b"", "this is empty"),
        (b"\0" * 65, "no key in a form"),
        (b"3059301306072A8648CE3D020106082A8648CE3D030107034200", "no key in a form"),
        (b"301306072A8648CE3D020106082B24030302080101", "no key in a form"),
        (json.dumps({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}).encode(), "no JWK"),
        (json.dumps({"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}).encode(), "no JWK"),
        (b'{"keys": 7}', "no JWK"),
        (b'{"keys": [7]}', "no JWK"),
        (b"[]", "no key in a form"),
        (b'{"kty": "oct", "k": "AAAA"}', "this is a private key"),
        (b'{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}', "this is a private key"),
        (b'{"kty": "OKP", "crv": "Ed25519", "x": "AA"}', "a public key for Ed25519"),
        (b'{"kty": "RSA", "n": "AA", "e": "AQAB", "d": "AA"}', "this is a private key"),
        (b'{"kty": "RSA", "n": "AA", "e": "AQAB"}', "a public key for RSA"),
        (b'{"kty": "RSA", "crv": "P-384", "x": "AA", "y": "AA"}', "a public key for P-384"),
        (b'{"kty": "EC2", "crv": "P-384", "x": "AA", "y": "AA"}', "kty is not EC"),
        (b'{"keys": null}', "no JWK set"),
        (b'{"keys": ' + b"[" * 900_000, "nested too deep"),
        (b'{"keys": ' + b"1" * 900_000 + b"}", "a number of 900000 digits"),
        (b'{"keys": [], "trail": []}', "this JWK set is empty"),
        (b'{"keys": [], "trail": ' + b"[" * 900_000, "nested too deep"),
        (b'{"kty": "EC", "crv": "P-256", "crv": "P-256", "x": "AA", "y": "AA"}', "a member twice"),
        (b'{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}', "this is a private key"),
        (b"302A300506032B6570032100" + b"11" * 32, "for Ed25519"),
        (b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----", "holds no public key"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_a_bad_key_has_a_sentence_of_its_own(key, sentence, tmp_path, capsys):
    path, key_path = tmp_path / "record.ocmf", tmp_path / "key"
    path.write_text(Meter().record())
    key_path.write_bytes(key)
    code, said = verified(path, capsys, "--key", key_path)
    assert code == 2 and sentence in said


def test_a_private_key_is_told_in_every_form_and_never_shown(tmp_path, capsys):
    key, forms = ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat
    number = key.private_numbers().private_value.to_bytes(32, "big")
    plain, sealed = serialization.NoEncryption(), serialization.BestAvailableEncryption(b"secret")
    contents = []
    for form in (forms.PKCS8, forms.TraditionalOpenSSL):
        der = key.private_bytes(serialization.Encoding.DER, form, plain)
        contents += [der, der.hex().encode(), base64.b64encode(der)]
        contents += [key.private_bytes(serialization.Encoding.PEM, form, each) for each in (plain, sealed)]
    contents.append(key.private_bytes(serialization.Encoding.DER, forms.PKCS8, sealed))
    path, key_path = tmp_path / "record.ocmf", tmp_path / "key"
    path.write_text(Meter().record())
    for content in contents:
        key_path.write_bytes(content)
        code, said = verified(path, capsys, "--key", key_path)
        assert code == 2 and "this is a private key" in said, content
        for shown in (number.hex(), base64.b64encode(number).decode()[:40]):
            assert shown not in said and shown.upper() not in said


def test_a_pipe_is_read_once_and_one_that_stays_silent_is_told(tmp_path, capsys, monkeypatch):
    record, keyed, silent = (tmp_path / name for name in ("record", "key", "silent"))
    for pipe, content in ((record, Meter().record()), (keyed, Meter().spki().hex())):
        os.mkfifo(pipe)
        threading.Thread(target=pipe.write_text, args=(content,), daemon=True).start()
    assert verified(record, capsys, "--key", keyed)[0] == 0
    os.mkfifo(silent)
    monkeypatch.setattr(inputs, "PATIENCE_S", 0.05)
    for words in (["verify"], ["receipt", "show"], ["receipt", "export", "--to", str(tmp_path / "out")]):
        assert main([*words, str(silent)]) == 2
        assert f"{silent}: nobody writes into this pipe" in capsys.readouterr().err


def test_a_folder_without_a_ledger_is_no_key_and_a_device_without_an_end_is_no_ledger(tmp_path, capsys):
    path = tmp_path / "record.ocmf"
    path.write_text(Meter().record())
    code, said = verified(path, capsys, "--key", tmp_path)
    assert code == 2 and "this folder holds no ledger" in said
    for words in (["verify"], ["receipt", "export", "--to", str(tmp_path / "out")]):
        assert main([*words, "/dev/zero"]) == 2
        assert "more than 8 MB" in capsys.readouterr().err


def test_a_key_on_a_curve_that_nobody_knows_is_told(tmp_path, capsys):
    # The identifier of sect163k1, 1.3.132.0.1, in place of that of P-256.
    der = Meter().spki().replace(bytes.fromhex("06082A8648CE3D030107"), bytes.fromhex("06052B81040001"))
    der = bytes([0x30, len(der) - 2, 0x30, der[3] - 3]) + der[4:]
    path, key_path = tmp_path / "record.ocmf", tmp_path / "key"
    path.write_text(Meter().record())
    key_path.write_bytes(der.hex().encode())
    code, said = verified(path, capsys, "--key", key_path)
    assert code == 2 and "1.3.132.0.1" in said
