"""Shows that what `receipt export` writes is verified by libraries that know nothing of us.

It does not know how receipts are made; its evidence is simulated sessions.
"""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from defusedxml import ElementTree
from joserfc import jws
from joserfc.jwk import ECKey

from firmware.ledger import segment
from tools.__main__ import main

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    out = tmp_path_factory.mktemp("story") / "played.json"
    assert main(["simulate", str(SCENARIOS / "signing_meter.toml"), "--json", str(out)]) == 0
    return out


def exported(source, folder, *words):
    code = main(["receipt", "export", str(source), "--to", str(folder), *map(str, words)])
    return code, sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def only(folder, ending):
    (found,) = [path for path in folder.iterdir() if path.name.endswith(ending)]
    return found.read_text()


def is_signed(record, spki):
    """Verify OCMF as its specification says, with nothing of ours."""
    _, payload, signature = record.split("|")
    told = json.loads(signature)
    assert told["SA"] == "ECDSA-secp256r1-SHA256"
    key = serialization.load_der_public_key(bytes.fromhex(spki))
    key.verify(bytes.fromhex(told["SD"]), payload.encode(), ec.ECDSA(hashes.SHA256()))
    return True


def test_a_stranger_verifies_each_file_with_stock_libraries(played, tmp_path):
    code, names = exported(played, tmp_path / "out")
    number = "KT-0001-000001"
    written = [f"{number}{part}" for part in ("-meter.ocmf", "-meter.xml", ".jws", ".ocmf", ".xml")]
    assert code == 0
    assert names[:5] == written
    assert [Path(name).suffix for name in names[5:]] == [".jwk", ".pem"]
    jwk = json.loads(only(tmp_path / "out", ".jwk"))
    key = ECKey.import_key(jwk)
    told = jws.deserialize_compact(only(tmp_path / "out", ".jws").strip(), key, algorithms=["ES256"])
    receipt = json.loads(told.payload)
    assert (receipt["receipt"], told.headers()["kid"]) == (number, key.thumbprint())
    pem = serialization.load_pem_public_key(only(tmp_path / "out", ".pem").encode())
    spki = pem.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo).hex()
    assert is_signed(receipt["ocmf"], spki)
    assert is_signed(receipt["meter_record"], receipt["meter_key"])
    for part, record, public in (
        ("", receipt["ocmf"], spki),
        ("-meter", receipt["meter_record"], receipt["meter_key"]),
    ):
        folder = tmp_path / "out"
        assert (folder / f"{number}{part}.ocmf").read_text().strip() == record
        root = ElementTree.fromstring((folder / f"{number}{part}.xml").read_text())
        assert (root.tag, [child.tag for child in root]) == ("values", ["value"])
        assert (root.find("value/signedData").text, root.find("value/publicKey").text) == (record, public)
        assert main(["verify", str(folder / f"{number}{part}.xml")]) == 0


def test_a_ledger_gives_what_its_story_gave_and_one_receipt_alone_where_it_is_named(played, tmp_path, capsys):
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    compacts = json.loads(played.read_text())["jws"]
    (ledger / segment.name(1)).write_bytes(b"".join(map(segment.encode_line, compacts)))
    assert exported(ledger, tmp_path / "one") == exported(played, tmp_path / "other")
    assert exported(ledger, tmp_path / "none", "--receipt", "KT-0001-000009") == (2, [])
    assert "there is no receipt KT-0001-000009" in capsys.readouterr().err


def test_what_is_not_signed_by_a_key_at_hand_is_not_exported(played, tmp_path, capsys):
    document = json.loads(played.read_text())
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = tmp_path / "other.pem"
    key.write_bytes(
        other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert exported(played, tmp_path / "a", "--key", key) == (2, [])
    assert "which is not at hand" in capsys.readouterr().err
    ended = [record["kind"] for record in document["records"]].index("session.ended")
    compact = document["jws"][ended]
    document["jws"][ended] = compact[:-20] + ("A" if compact[-20] != "A" else "B") + compact[-19:]
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(document))
    assert exported(forged, tmp_path / "b") == (2, [])
    assert "was not signed by its key" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{}", "{" * 5000, '{"jws": 7}', "no records\nhere\n", "\0\0"])
def test_a_file_without_records_is_told(content, tmp_path, capsys):
    (tmp_path / "file").write_text(content)
    assert exported(tmp_path / "file", tmp_path / "out") == (2, [])
    assert "holds no record" in capsys.readouterr().err
