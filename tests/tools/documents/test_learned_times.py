"""Shows a receipt of before the clock was set with the times that its ledger tells, in each language."""

import json

import pytest

from tests.tools.documents import stories
from tools.__main__ import main

WORDS = {
    "en": "the clock was not set; learned later",
    "de": "die Uhr war nicht gestellt; später bestimmt",
    "fr": "horloge non réglée ; déterminé plus tard",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The receipt, and the ledger of its terminal, which learned the time after it."""
    folder = tmp_path_factory.mktemp("story")
    path = folder / "story.toml"
    told = (stories.SCENARIOS / "clock_unset.toml").read_text()
    told = told.replace('file = "', f'file = "{stories.SCENARIOS}/')
    path.write_text(
        told + '\n[[step]]\nafter_s = 600\nclock = "set"\n\n[[step]]\nafter_s = 60\nplug = true\n'
    )
    result = folder / "result.json"
    assert main(["simulate", str(path), "--json", str(result)]) == 0
    played = json.loads(result.read_text())
    receipt, ledger = folder / "receipt.jws", folder / "ledger.jws"
    receipt.write_text(stories.of_kind(played, "session.ended")[0])
    ledger.write_text("\n".join(played["jws"]) + "\n")
    return receipt, ledger


@pytest.mark.parametrize("language", list(WORDS))
def test_the_ledger_among_the_keys_tells_the_times(files, language, capsys):
    receipt, ledger = (str(path) for path in files)
    assert main(["receipt", "show", receipt, "--language", language]) == 0
    assert "2026-03-28" not in capsys.readouterr().out
    assert main(["receipt", "show", receipt, "--key", ledger, "--language", language]) == 0
    shown = capsys.readouterr().out
    # The story begins at 16:59:00: the tap is 10 s later, the stop some half an hour.
    assert f"2026-03-28 16:59:10 UTC ({WORDS[language]})" in shown, shown
    assert shown.count(f"2026-03-28 17:29:20 UTC ({WORDS[language]})") == 2, shown
