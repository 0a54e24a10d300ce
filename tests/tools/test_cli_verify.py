"""Shows that what the terminal signed verifies, in every form of key, and that what was changed does not.

It does not know how verification works; its evidence is a simulated session.
"""

import base64
import json
import os
import shutil
import threading
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from firmware.crypto import canonical, jose
from firmware.ledger import segment
from hal.linux.signer import Signer
from tests.emulator.bench.test_link import certificate  # noqa: F401 - a fixture
from tools.__main__ import main
from tools.proofs import files

STORY = Path(__file__).parents[1] / "scenarios" / "other_card.toml"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict:
    out = tmp_path_factory.mktemp("story") / "result.json"
    assert main(["simulate", str(STORY), "--json", str(out)]) == 0
    return json.loads(out.read_text())


@pytest.fixture
def key(result: dict, tmp_path: Path) -> Path:
    path = tmp_path / "terminal.jwk"
    path.write_text(json.dumps(result["terminal"]["key"]))
    return path


@pytest.fixture
def receipt(result: dict, tmp_path: Path) -> Path:
    path = tmp_path / "receipt.jws"
    path.write_text(result["jws"][-1] + "\n")
    return path


@pytest.fixture
def ledger(result: dict, tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    content = b"".join(segment.encode_line(compact) for compact in result["jws"])
    (folder / segment.name(1)).write_bytes(content)
    return folder


def verified(capsys, *words: object) -> tuple[int, dict]:
    code = main(["verify", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def failed(told: dict) -> list[str]:
    return [check["check"] for check in told["checks"] if not check["holds"]]


def public_key(result: dict) -> ec.EllipticCurvePublicKey:
    point = b"\x04" + jose.public_from_jwk(result["terminal"]["key"])
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_a_receipt_holds_by_its_key(receipt, key, capsys):
    code, told = verified(capsys, receipt, "--key", key)
    assert (code, told["holds"], told["kind"], failed(told)) == (0, True, "receipt", [])
    assert "ocmf signature" in [check["check"] for check in told["checks"]]


def test_a_record_that_is_no_receipt_holds_too(result, key, tmp_path, capsys):
    path = tmp_path / "started.jws"
    path.write_text(
        next(jws for jws, r in zip(result["jws"], result["records"]) if r["kind"] == "session.started")
    )
    code, told = verified(capsys, path, "--key", key)
    assert (code, told["kind"]) == (0, "record")


def test_without_a_key_the_signature_check_says_so_and_does_not_hold(receipt, capsys):
    code, told = verified(capsys, receipt)
    assert (code, failed(told)) == (1, ["signature", "ocmf signature"])
    assert "there is no key in it" in told["checks"][1]["why"]


FORMS = (
    ("jwk-set", "jwk-bom", "pem", "pem-second", "pem-compressed")
    + ("der", "der-hex", "der-base64", "point-hex", "point-compressed")
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_key_is_recognised(form, result, receipt, tmp_path, capsys):
    public = public_key(result)
    raw, formats = serialization.Encoding.X962, serialization.PublicFormat
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    other = jose.jwk(Signer(ec.generate_private_key(ec.SECP256R1())).public_key())
    path = tmp_path / "key"
    pem, other_pem = (
        one.public_bytes(serialization.Encoding.PEM, formats.SubjectPublicKeyInfo)
        for one in (public, ec.generate_private_key(ec.SECP256R1()).public_key())
    )
    compressed = public.public_bytes(raw, formats.CompressedPoint)
    # What `openssl ec -conv_form compressed -pubout` writes: the heads of RFC 5480, 2 around 33 bytes.
    spki = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + compressed
    armoured = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki) + b"-----END PUBLIC KEY-----\n"
    forms = {
        "jwk-set": json.dumps({"keys": [other, {**result["terminal"]["key"], "use": "sig"}]}).encode(),
        "jwk-bom": b"\xef\xbb\xbf" + json.dumps(result["terminal"]["key"]).encode(),
        "pem": pem,
        "pem-second": other_pem + pem,
        "pem-compressed": armoured,
        "der": der,
        "der-hex": der.hex(" ").encode(),
        "der-base64": base64.encodebytes(der),
        "point-hex": point.hex().encode(),
        "point-compressed": compressed.hex().encode(),
    }
    path.write_bytes(forms[form])
    code, told = verified(capsys, receipt, "--key", path)
    assert (code, failed(told)) == (0, [])


def test_a_certificate_in_place_of_a_key_is_named_as_one(receipt, certificate, tmp_path, capsys):  # noqa: F811
    pem = certificate.read_text()
    path = tmp_path / "certificate.pem"
    path.write_text(pem[pem.index("-----BEGIN CERTIFICATE") :])
    assert main(["verify", str(receipt), "--key", str(path)]) == 2
    assert "this is a certificate (of CN=localhost), not a key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{}", "no JWK of an elliptic curve"),
        ('{"keys": []}', "this JWK set is empty"),
        ("-----BEGIN PRIVATE KEY-----\n", "this is a private key"),
        ("hello, world", "no key in a form that is known here"),
        ("04" + "11" * 64, "the key is no point of any curve"),
    ],
)
def test_a_key_that_is_none_is_told_by_its_reason(content, sentence, receipt, tmp_path, capsys):
    path = tmp_path / "key"
    path.write_text(content)
    assert main(["verify", str(receipt), "--key", str(path)]) == 2
    assert sentence in capsys.readouterr().err


def test_another_key_is_told_from_a_bad_signature(receipt, tmp_path, capsys):
    path = tmp_path / "other.jwk"
    path.write_text(json.dumps(jose.jwk(Signer(ec.generate_private_key(ec.SECP256R1())).public_key())))
    code, told = verified(capsys, receipt, "--key", path)
    assert code == 1
    assert "which was not given" in told["checks"][1]["why"]


def test_a_changed_amount_breaks_signature_and_sums(result, key, tmp_path, capsys):
    header, payload, signature = result["jws"][-1].split(".")
    changed = canonical.decode(jose.unb64url(payload))
    changed["gross_minor"] += 1
    path = tmp_path / "changed.jws"
    path.write_text(f"{header}.{jose.b64url(canonical.encode(changed))}.{signature}")
    code, told = verified(capsys, path, "--key", key)
    assert (code, failed(told)) == (1, ["signature", "amounts"])


def test_the_lines_are_redone_and_told_in_words(result, receipt, key, tmp_path, capsys):
    _code, told = verified(capsys, receipt, "--key", key)
    assert [check["why"] for check in told["checks"] if check["check"] == "lines"][0].endswith(" EUR")
    header, payload, signature = result["jws"][-1].split(".")
    changed = canonical.decode(jose.unb64url(payload))
    changed["lines"][0]["quantity"] = "1000"
    path = tmp_path / "changed.jws"
    path.write_text(f"{header}.{jose.b64url(canonical.encode(changed))}.{signature}")
    code, told = verified(capsys, path, "--key", key)
    assert (code, failed(told)) == (1, ["signature", "lines"])


def test_a_changed_reading_breaks_the_ocmf_record(result, key, tmp_path, capsys):
    path = tmp_path / "changed.ocmf"
    start_wh = result["receipts"][0]["meter"]["start_wh"]
    text = result["receipts"][0]["ocmf"]
    path.write_text(text.replace(f"{start_wh // 1000}.{start_wh % 1000:03}", "123.000"))
    code, told = verified(capsys, path, "--key", key)
    assert (code, told["kind"], failed(told)) == (1, "ocmf", ["ocmf signature"])


def test_safe_xml_carries_its_own_key(result, tmp_path, capsys):
    der = public_key(result).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # The form of S.A.F.E.'s Transparenzsoftware: values/value with signedData and publicKey.
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<values><value transactionId="1" context="Transaction.End">'
        f'<signedData format="OCMF" encoding="plain">{result["receipts"][0]["ocmf"]}</signedData>'
        f'<publicKey encoding="plain">{der.hex()}</publicKey></value></values>'
    )
    path = tmp_path / "receipt.xml"
    path.write_text(text)
    code, told = verified(capsys, path)
    assert (code, told["kind"], failed(told)) == (0, "safe-xml", [])


def test_a_ledger_holds_and_its_payloads_come_out_in_order(result, ledger, key, capsys):
    assert main(["ledger", "check", str(ledger), "--key", str(key), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"holds": True, "records": len(result["jws"]), "problems": []}
    assert main(["ledger", "dump", str(ledger), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == result["records"]


def test_a_ledger_verifies_as_a_whole(ledger, key, capsys):
    code, told = verified(capsys, ledger, "--key", key)
    assert (code, told["kind"]) == (0, "ledger")


def test_a_flipped_bit_anywhere_in_a_file_of_records_is_found(result, tmp_path):
    path = tmp_path / "records.ndjson"
    content = "\n".join(result["jws"]).encode()
    path.write_bytes(content)
    assert files.verify(str(path), []).holds()
    # Bits all along the second record's header, and all over the file.
    begin = len(result["jws"][0]) + 1
    header = range(8 * begin, 8 * (begin + result["jws"][1].index(".")), 11)
    for place in (*header, *range(0, 8 * len(content), 8 * len(content) // 40)):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        try:
            assert not files.verify(str(path), []).holds(), place
        except click.ClickException:
            pass  # It is no file of records any more.


def test_records_through_a_pipe_verify_and_are_exported_as_from_a_file(result, tmp_path, capsys):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for words, code in (
        (["verify", str(pipe)], 0),
        (["receipt", "export", str(pipe), "--to", str(tmp_path / "out")], 0),
        (["key", "register", str(pipe)], 0),
    ):
        writer = threading.Thread(target=pipe.write_text, args=("\n".join(result["jws"]),), daemon=True)
        writer.start()
        assert main(words) == code, capsys.readouterr()
        writer.join()


def test_a_missing_record_is_named_with_its_place(result, ledger, key, capsys):
    lines = [segment.encode_line(compact) for compact in result["jws"]]
    del lines[2]
    (ledger / segment.name(1)).write_bytes(b"".join(lines))
    assert main(["ledger", "check", str(ledger), "--key", str(key), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == [
        {
            "seq": 4,
            "file": segment.name(1),
            "offset": len(lines[0] + lines[1]),
            "what": "records 3 to 3 are missing",
        }
    ]


def test_a_key_of_another_terminal_does_not_pass_for_the_ledgers(ledger, tmp_path, capsys):
    path = tmp_path / "other.jwk"
    path.write_text(json.dumps(jose.jwk(Signer(ec.generate_private_key(ec.SECP256R1())).public_key())))
    assert main(["ledger", "check", str(ledger), "--key", str(path), "--json"]) == 1
    assert "no given key is the one" in json.loads(capsys.readouterr().out)["problems"][0]["what"]


def test_a_folder_without_a_ledger_is_no_ledger_that_holds(tmp_path, capsys):
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    (tmp_path / "none").mkdir()
    assert main(["ledger", "check", str(tmp_path / "none")]) == 2
    assert "holds no ledger" in capsys.readouterr().err
