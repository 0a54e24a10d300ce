"""Shows that a terminal whose key file is missing does not go on with a new key on its old ledger.

It does not know how a key is made.
"""

from pathlib import Path

import pytest

from firmware.errors import BoardError
from hal.common import kept_key
from hal.linux.storage import open_storage


def test_a_ledger_with_records_and_no_key_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path / "ledger"))
    storage.append("ledger-0000000001.log", b"a record\n")
    key = tmp_path / "terminal.key"
    with pytest.raises(BoardError, match=f"key {key}: missing.*put the file back"):
        kept_key.demand(str(key), storage)
    key.write_text("a key")
    kept_key.demand(str(key), storage)


def test_a_new_terminal_may_make_its_key(tmp_path: Path) -> None:
    kept_key.demand(str(tmp_path / "terminal.key"), open_storage(str(tmp_path / "ledger")))
