"""The file of the operator's keys to secure cards: its mode, its content, and what is said of either."""

import json
from pathlib import Path

import pytest

from emulator.models import card_issuer
from firmware.errors import BoardError, TerminalError
from hal.common import card_secrets


def written(path: Path, content: str, mode: int = 0o600) -> str:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(content)
    return str(path)


def test_keys_come_with_aes(tmp_path: Path) -> None:
    opened = card_secrets.open_cards(written(tmp_path / "keys", json.dumps(card_issuer.KEYS)))
    assert opened is not None
    keys, aes = opened
    assert keys.aid == card_issuer.AID
    assert aes.decrypt_cbc(bytes(16), bytes(16), aes.encrypt_cbc(bytes(16), bytes(16), bytes(16))) == bytes(
        16
    )
    assert card_secrets.open_cards("") is None


def test_what_is_wrong_is_named_without_a_key(tmp_path: Path) -> None:
    content = json.dumps(dict(card_issuer.KEYS, key=99))
    for path, says in (
        (written(tmp_path / "open", content, 0o640), "chmod 600"),
        (written(tmp_path / "wrong", content), "key: has to be"),
        (written(tmp_path / "other", "[]"), "no JSON object"),
    ):
        with pytest.raises(BoardError, match=says) as raised:
            card_secrets.open_cards(path)
        assert card_issuer.KEYS["master"] not in str(raised.value)
    with pytest.raises(TerminalError):
        card_secrets.open_cards(str(tmp_path / "missing"))
