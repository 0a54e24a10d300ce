"""The files by which cards are proved, keys and issuers: mode, content, and what is said of either."""

import json
from pathlib import Path

import pytest

from emulator.models import card_issuer, vde
from firmware.errors import BoardError, TerminalError
from hal.common import card_secrets


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
