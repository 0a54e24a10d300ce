"""Shows what scripts may rely on in every command: streams, exit codes, help, and no stack trace.

It does not know what the commands find out.
"""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tools.__main__ import COMMANDS, kilotap, main

ROOT = Path(__file__).parents[2]
STORY = ROOT / "tests" / "scenarios" / "tap_and_charge.toml"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command, capsys):
    assert main([command, "--help"]) == 0
    told = capsys.readouterr()
    assert f"  kilotap {command}" in told.out
    assert told.err == ""


def test_every_command_of_a_group_has_examples_of_its_own():
    groups = [kilotap.get_command(None, name) for name in COMMANDS]
    told = {
        f"  kilotap {group.name} {name}": command.epilog or ""
        for group in groups
        if isinstance(group, click.Group)
        for name, command in group.commands.items()
    }
    assert len(told) > 20
    assert [call for call, epilog in told.items() if call not in epilog] == []


def test_help_lists_every_command_and_loads_none():
    script = (
        "import sys; from tools.__main__ import main; main(['--help']); "
        "sys.exit(any(m.startswith('tools.commands.') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dance"], "No such command 'dance'"),
        (["simulate"], "Missing argument 'FILE'"),
        (["simulate", "/no/such/story.toml"], "/no/such/story.toml: No such file or directory"),
        (["simulate", "/etc"], "is a directory"),
        (["ledger", "check", "/no/such/ledger"], "is not there; name the folder"),
        (["verify", str(STORY)], "is nothing that can be verified here"),
        (["verify", str(STORY), "--key", "/no/such/key"], "/no/such/key: No such file or directory"),
        (["bench", str(STORY), "--office", "https://localhost:1"], "needs both --office and --ca"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_on_stderr_with_exit_2(words, sentence, capsys):
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert sentence in told.err
    assert "Traceback" not in told.err
    assert all(line.startswith("kilotap: ") for line in told.err.splitlines())


@pytest.mark.parametrize(("name", "is_hinted"), [("nowhere_installed", True), ("tools.nowhere", False)])
def test_a_package_that_came_since_the_last_setup_is_named_with_how_to_get_it(
    name, is_hinted, monkeypatch, capsys
):
    def load(_module):
        __import__(name)

    monkeypatch.setattr("importlib.import_module", load)
    assert main(["simulate", str(STORY)]) == 2
    told = capsys.readouterr().err
    assert f"No module named '{name}'" in told and "Traceback" not in told
    assert ("run: make setup" in told) == is_hinted
    assert ("should not have happened" in told) != is_hinted


def test_debug_shows_where_it_went_wrong_and_may_stand_anywhere(capsys):
    assert main(["simulate", "/no/such/story.toml", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_wrong_story_is_told_with_its_line(tmp_path, capsys):
    story = tmp_path / "wrong.toml"
    story.write_text('title = "x"\nstart = "2026-03-28T16:59:00Z"\nspeeed = 1\n[[step]]\nplug = true\n')
    assert main(["simulate", str(story)]) == 2
    assert f"kilotap: {story}, line 3: speeed: no such key here" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_a_stream_that_was_closed_is_no_reason_to_fail(name, monkeypatch):
    monkeypatch.setattr(sys, name, None)
    assert main(["meter", "models", "--json"]) == 0
    assert not getattr(sys, name).isatty()
    getattr(sys, name).close()


def test_a_reader_that_has_seen_enough_is_no_stack_trace():
    words = f"{sys.executable} -m tools simulate {STORY} --json - | head -c 10"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith('{"terminal')
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_simulate_prints_one_json_value_and_nothing_else(capsys):
    assert main(["simulate", str(STORY), "--json", "-"]) == 0
    told = capsys.readouterr()
    result = json.loads(told.out)
    assert list(result)[0] == "terminal"
    assert [record["kind"] for record in result["records"]][-1] == "session.ended"
    assert result["receipts"] == [result["records"][-1]]
    assert result["invariants"]["violated"] == []


def test_simulate_shows_people_the_receipt_on_stdout(capsys):
    assert main(["simulate", str(STORY)]) == 0
    told = capsys.readouterr()
    assert "KT-0001-000001" in told.out
    assert "none violated" in told.err


def test_another_seed_is_another_key_and_the_same_seed_the_same_ledger(tmp_path):
    results = []
    for seed in ("1", "1", "2"):
        out = tmp_path / "result.json"
        assert main(["simulate", str(STORY), "--seed", seed, "--json", str(out)]) == 0
        results.append(json.loads(out.read_text()))
    assert results[0] == results[1]
    assert results[0]["terminal"]["key"] != results[2]["terminal"]["key"]


def test_micropython_plays_the_story_to_the_same_bytes(micropython, tmp_path):
    jws = []
    for interpreter in ("cpython", micropython.name):
        out = tmp_path / "result.json"
        assert main(["simulate", str(STORY), "--interpreter", interpreter, "--json", str(out)]) == 0
        jws.append(json.loads(out.read_text())["jws"])
    assert jws[0] == jws[1]
