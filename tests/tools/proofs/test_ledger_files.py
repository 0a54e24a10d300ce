"""Damages every kind of file of ledgers' folders: `ledger check` names the file and what is wrong with it."""

import json
import os
import shutil

import pytest

from emulator import scenario
from emulator.models.prng import Prng
from emulator.simulation import play
from tests.interpreters import ROOT
from tools.__main__ import main
from tools.commands.fast_craft import FastCraft
from tools.proofs import ledgers

STORIES = ("orders", "bank_card")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Give the folder of a terminal that had orders, with the operator's key and a day of bank cards."""
    folder = tmp_path_factory.mktemp("ledger")
    for name in STORIES:
        told = scenario.read(str(ROOT / "tests" / "scenarios" / (name + ".toml")))
        player = play.Player(told, lambda event: None, FastCraft())
        assert player.run(True) == 0
        disk = player.charger.disk.platter()
        for blob in disk.names():
            if name == STORIES[0] or blob.startswith("cards-"):
                (folder / blob).write_bytes(disk.read(blob))
    key = b'{"crv":"P-256","kty":"EC","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",'
    (folder / "operator").write_bytes(key + b'"y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}')
    return folder


@pytest.fixture
def folder(ledger, tmp_path):
    """Give a copy of it that a test may damage."""
    shutil.copytree(ledger, tmp_path / "ledger")
    return tmp_path / "ledger"


def checked(folder, capsys):
    """Return exit code and problems of a check, which are the same with and without --json."""
    code = main(["ledger", "check", str(folder)])
    told = capsys.readouterr()
    assert told.err == ""
    assert main(["ledger", "check", str(folder), "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] == (code == 0)
    for problem in found["problems"]:
        assert ledgers.place(problem) + ": " + problem["what"] + "\n" in told.out
        assert "None" not in ledgers.place(problem)
    return code, found["problems"]


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_each_kind_of_file_and_is_whole(ledger, capsys):
    kinds = {name.split("-")[0] for name in files(ledger)}
    assert kinds == {"cards", "checkpoint", "ledger", "operator", "orders", "retired", "tariff"}
    assert checked(ledger, capsys) == (0, [])


def test_a_byte_a_run_and_a_sector_that_go_bad_anywhere_are_named_with_their_file(ledger, folder):
    prng = Prng(1, "damage")
    for name in files(ledger):
        content = (ledger / name).read_bytes()
        for count in (1, 1, 1, 1, 40, 512):
            at = prng.below(len(content))
            at -= at % 512 if count == 512 else 0
            spoilt = bytearray(content)
            for place in range(at, min(len(content), at + count)):
                spoilt[place] = 0 if count == 512 else spoilt[place] ^ (1 + prng.below(255))
            if name.startswith("cards-") and count == 512:
                # Zeros alone, which a storage takes for room: so a cut leaves a note that was not begun.
                continue
            (folder / name).write_bytes(spoilt)
            found = ledgers.check_folder(str(folder), [])["problems"]
            assert name in [problem["file"] for problem in found], (name, at, count)
            places = [problem["offset"] for problem in found if problem["file"] == name]
            assert all(0 <= place <= len(content) for place in places)
        (folder / name).write_bytes(content)
    assert ledgers.check_folder(str(folder), [])["holds"]


def test_a_file_that_is_gone_is_named_where_a_record_or_a_checkpoint_knows_of_it(ledger, folder, capsys):
    for name in files(ledger):
        if name.startswith(("cards-", "operator", "retired")):
            # Nothing says that it was there.
            continue
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        code, found = checked(folder, capsys)
        named = [problem["file"] for problem in found]
        assert code == 1 and (name in named or any("are missing" in problem["what"] for problem in found)), (
            name
        )
        assert main(["ledger", "dump", str(folder)]) == 0
        capsys.readouterr()
        (folder / name).write_bytes(content)


def test_the_end_that_only_a_checkpoint_knows_of_is_missed(folder, capsys):
    newest = [name for name in files(folder) if name.startswith("ledger-")][-1]
    content = (folder / newest).read_bytes()
    (folder / newest).write_bytes(content[: content[:-1].rfind(b"\n") + 1])
    code, found = checked(folder, capsys)
    assert code == 1 and "are missing at the end; checkpoint-" in found[-1]["what"]
    assert found[-1]["file"] == newest
    for name in files(folder):
        if name.startswith("ledger-"):
            (folder / name).unlink()
    code, found = checked(folder, capsys)
    assert code == 1 and found[0]["what"].startswith("records 1 to ")
    assert main(["ledger", "dump", str(folder)]) == 0 and capsys.readouterr().out == "\n"


def test_what_nobody_reads_and_two_files_with_each_others_names_are_named(folder, capsys):
    strangers = ("README", "operator.bak", "tariff-1", "checkpoint-d", "Operator", "ledger-1.log")
    for name in strangers:
        (folder / name).write_text("x")
    (folder / "_fresh").write_text("half")
    (folder / "lost+found").mkdir()
    code, found = checked(folder, capsys)
    assert code == 1 and sorted(problem["file"] for problem in found) == sorted(strangers)
    for name in strangers:
        (folder / name).unlink()
    prices = [folder / name for name in files(folder) if name.startswith("tariff-")]
    one, other = (path.read_bytes() for path in prices[:2])
    prices[0].write_bytes(other)
    prices[1].write_bytes(one)
    code, found = checked(folder, capsys)
    assert code == 1 and [problem["file"] for problem in found] == [path.name for path in prices[:2]]


def test_a_copy_of_the_segments_alone_is_whole(folder, capsys):
    for name in files(folder):
        if not name.startswith("ledger-"):
            (folder / name).unlink()
    assert checked(folder, capsys) == (0, [])


def test_a_note_that_a_power_cut_tore_is_no_damage_and_one_that_lost_its_end_is(folder, capsys):
    (name,) = [name for name in files(folder) if name.startswith("cards-")]
    content = (folder / name).read_bytes()
    lines = [line for line in content.split(b"\n") if line]
    assert len(lines) == 2
    for torn in range(1, len(lines[1])):
        (folder / name).write_bytes(content + b"\n" + lines[1][:torn] + b"\n" + lines[0] + b"\n")
        assert ledgers.check_folder(str(folder), [])["holds"], torn
    (folder / name).write_bytes(content.replace(b"\n\n", b"x\n"))
    code, found = checked(folder, capsys)
    assert code == 1 and [problem["offset"] for problem in found] == [1]


@pytest.mark.parametrize("words", [("check",), ("dump",), ("check", "--json"), ("dump", "--json")])
def test_what_is_no_ledgers_folder_is_told_with_what_to_do(words, folder, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for place, told in (
        (tmp_path / "empty", "holds no ledger"),
        (tmp_path / "nowhere", "is not there; name the folder that `ledger` names"),
        (folder / "operator", "is a file; name the folder in which the ledger lies"),
    ):
        assert main(["ledger", words[0], str(place), *words[1:]]) == 2
        out, err = capsys.readouterr()
        assert out == "" and str(place) in err and told in err and err.count("\n") == 1


def test_a_name_that_cannot_be_printed_is_told_with_its_bytes_and_the_rest_is_read(folder, capsysbinary):
    strange = os.path.join(os.fsencode(folder), b"ledger\n\x1b[31m\xff")
    shutil.copy(os.fsencode(folder / "ledger-0000000001.log"), strange)
    assert main(["ledger", "check", str(folder)]) == 1
    told = capsysbinary.readouterr()
    assert rb"'ledger\n\x1b[31m\udcff', byte 0: no name that a terminal gives" in told.out
    assert told.err == b"" and told.out.count(b"\n") == 2
    assert main(["ledger", "check", str(folder), "--json"]) == 1
    (problem,) = json.loads(capsysbinary.readouterr().out)["problems"]
    assert os.fsencode(problem["file"]) == os.path.basename(strange)
    assert main(["ledger", "dump", str(folder)]) == 0
    assert capsysbinary.readouterr().out.startswith(b"{")
