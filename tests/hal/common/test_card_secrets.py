"""The files by which cards are proved, keys and issuers: mode, content, and what is said of either."""

import json
from pathlib import Path

import pytest

from emulator.models import bank, card_issuer, emv, vde
from firmware.errors import BoardError, TerminalError
from hal.common import card_secrets

CA_KEYS = json.dumps([emv.authority_document()])


def written(path: Path, content: str, mode: int = 0o600) -> str:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(content)
    return str(path)


def test_keys_come_with_aes(tmp_path: Path) -> None:
    keys, aes = card_secrets.open_keys(written(tmp_path / "keys", json.dumps(card_issuer.KEYS)))
    assert keys.aid == card_issuer.AID
    assert aes.decrypt_cbc(bytes(16), bytes(16), aes.encrypt_cbc(bytes(16), bytes(16), bytes(16))) == bytes(
        16
    )


def test_issuers_may_be_read_by_everybody_and_have_to_be_authorities(tmp_path: Path) -> None:
    path = written(tmp_path / "issuers.pem", vde.issuers_file().decode(), 0o644)
    assert [authority.name for authority in card_secrets.open_issuers(path)] == ["Kilotap story issuer"]
    with pytest.raises(BoardError, match="card_issuers: the file of the issuers has no certificate"):
        card_secrets.open_issuers(written(tmp_path / "empty", ""))


def test_only_what_the_order_of_cards_names_is_opened(tmp_path: Path) -> None:
    class Config:
        card_order = "vde rfid"
        card_keys = str(tmp_path / "missing")
        card_issuers = written(tmp_path / "issuers.pem", vde.issuers_file().decode())

    assert list(card_secrets.open_all(Config)) == ["vde"]
    Config.card_order = "rfid"
    assert card_secrets.open_all(Config) == {}
    Config.card_order = "rfid desfire"
    with pytest.raises(TerminalError):
        card_secrets.open_all(Config)


def test_what_is_wrong_is_named_without_a_key(tmp_path: Path) -> None:
    content = json.dumps(dict(card_issuer.KEYS, key=99))
    for path, says in (
        (written(tmp_path / "open", content, 0o640), "chmod 600"),
        (written(tmp_path / "wrong", content), "key: has to be"),
        (written(tmp_path / "other", "[]"), "no JSON object"),
    ):
        with pytest.raises(BoardError, match=says) as raised:
            card_secrets.open_keys(path)
        assert card_issuer.KEYS["master"] not in str(raised.value)
    with pytest.raises(TerminalError):
        card_secrets.open_keys(str(tmp_path / "missing"))


def bank_files(folder: Path, ca_keys: str = CA_KEYS, hash_key: str = bank.HASH_KEY.hex()) -> dict:
    return {
        "ca_keys": written(folder / "ca", ca_keys, 0o644),
        "hash_key": written(folder / "hash", hash_key + "\n"),
    }


def test_bank_cards_need_ca_keys_and_a_key_for_their_hashes(tmp_path: Path) -> None:
    told = card_secrets.open_bank(bank_files(tmp_path))
    assert told["hash_key"] == bank.HASH_KEY
    assert told["authorities"].find(emv.AID, emv.INDEX, None).exponent == 65537
    blocks = told["aes"].encrypt_cbc(bytes(16), bytes(16), bytes(16))
    assert told["aes"].decrypt_cbc(bytes(16), bytes(16), blocks) == bytes(16)


def test_what_bank_cards_need_is_opened_where_they_are_accepted(tmp_path: Path) -> None:
    class Config:
        card_order = "emv rfid"
        bank_cards: dict = {}

    assert card_secrets.open_all(Config) == {}
    Config.bank_cards = bank_files(tmp_path)
    assert list(card_secrets.open_all(Config)) == ["emv"]


def test_files_for_bank_cards_that_are_wrong_are_named_without_a_key(tmp_path: Path) -> None:
    for ca_keys, hash_key, says in (
        (CA_KEYS.replace("2049-12", "2049-13"), bank.HASH_KEY.hex(), "bank_cards/ca_keys: CA key 0/expires"),
        ("{", bank.HASH_KEY.hex(), "bank_cards/ca_keys"),
        (CA_KEYS, bank.HASH_KEY.hex()[:30], "openssl rand -hex 32"),
        (CA_KEYS, "no hexadecimal at all", "openssl rand -hex 32"),
    ):
        with pytest.raises(BoardError, match=says) as raised:
            card_secrets.open_bank(bank_files(tmp_path, ca_keys, hash_key))
        assert hash_key not in str(raised.value)
    files = bank_files(tmp_path)
    Path(files["hash_key"]).chmod(0o644)
    with pytest.raises(BoardError, match="bank_cards/hash_key: others than the owner can read"):
        card_secrets.open_bank(files)
    Path(files["hash_key"]).unlink()
    with pytest.raises(TerminalError, match="hash"):
        card_secrets.open_bank(files)
