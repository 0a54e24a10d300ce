"""A file that a command writes is whole or is what it was, on a real full disk as on one that fails.

It does not know what commands write.
"""

import json
import os
import stat

import pytest

from tests.hal.disks import small_disk
from tests.tools.documents import stories
from tools import outputs
from tools.__main__ import main
from tools.cards import issuing

DISK_BYTES = 64 * 1024


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", DISK_BYTES) as place:
        yield place


@pytest.fixture(scope="module")
def receipt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    path = folder / "receipt.jws"
    path.write_text(stories.of_kind(stories.played(folder, "tap_and_charge"), "session.ended")[0])
    return path


def fill(disk, left_bytes):
    """Leave so many bytes of a disk, or a page more."""
    (disk / "of-others").write_bytes(b"x" * (DISK_BYTES - left_bytes))


@pytest.mark.parametrize("option", ["--pdf", "--html"])
@pytest.mark.parametrize("left_bytes", [0, 4096, 8192])
def test_a_full_disk_leaves_the_document_of_before_and_nothing_beside_it(
    option, left_bytes, receipt, disk, capsys
):
    out = disk / "receipt.out"
    out.write_bytes(b"the one of before")
    fill(disk, left_bytes + 4096)
    assert main(["receipt", "show", str(receipt), option, str(out)]) == 2
    told = capsys.readouterr().err
    assert told == f"kilotap: {out}: No space left on device; what was there is as it was\n"
    assert out.read_bytes() == b"the one of before"
    assert sorted(path.name for path in disk.iterdir()) == ["of-others", "receipt.out"]


def test_an_export_onto_a_full_disk_writes_none_of_its_files(disk, tmp_path, capsys):
    played = tmp_path / "played.json"
    played.write_text(json.dumps(stories.played(tmp_path, "tap_and_charge")))
    folder = disk / "evidence"
    folder.mkdir()
    # Room for some of the five files.
    fill(disk, 3 * 4096)
    assert main(["receipt", "export", str(played), "--to", str(folder)]) == 2
    assert "No space left on device; no such file was made" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    (disk / "of-others").unlink()
    assert main(["receipt", "export", str(played), "--to", str(folder)]) == 0
    assert len(list(folder.iterdir())) == 5


def test_what_is_printed_to_a_full_device_is_told_as_not_whole(receipt):
    import subprocess
    import sys

    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "tools", "receipt", "show", str(receipt)]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (
        2,
        "kilotap: what was written is not whole: No space left on device\n",
    )


def test_a_new_file_has_the_permissions_of_the_umask_and_an_old_one_keeps_its_own(tmp_path):
    before = os.umask(0o027)
    try:
        outputs.write(tmp_path / "new", b"1")
        (tmp_path / "old").write_bytes(b"0")
        (tmp_path / "old").chmod(0o604)
        outputs.write(tmp_path / "old", b"1")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")]
    assert modes == [0o640, 0o604]
    assert (tmp_path / "old").read_bytes() == b"1"


def test_a_link_stays_a_link_and_what_it_names_is_written(tmp_path):
    (tmp_path / "real").write_bytes(b"0")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("made")
    outputs.write_all({tmp_path / "link": b"1", tmp_path / "dangling": b"2"})
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"1"
    assert (tmp_path / "dangling").is_symlink() and (tmp_path / "made").read_bytes() == b"2"


def test_a_pipe_is_written_to(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    outputs.write(path, b"through it")
    assert os.read(reader, 100) == b"through it"
    os.close(reader)


def test_what_cannot_be_a_file_is_named_and_the_others_are_not_written(tmp_path):
    (tmp_path / "folder").mkdir()
    for wrong, sentence in (
        (tmp_path / "folder", "Is a directory"),
        (tmp_path / "nowhere" / "file", "No such file or directory; no such file was made"),
        (tmp_path / "n" / ("x" * 300), "; no such file was made"),
    ):
        (tmp_path / "n").mkdir(exist_ok=True)
        with pytest.raises(OSError) as refused:
            outputs.write_all({tmp_path / "first": b"1", wrong: b"2"})
        assert refused.value.filename == str(wrong) and sentence in refused.value.strerror
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "n"]


def test_a_failing_write_leaves_no_draft(tmp_path, monkeypatch):
    def refuse(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(OSError, match="Input/output error; what was there is as it was"):
        outputs.write(tmp_path / "file", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"before"


def test_a_line_that_a_full_disk_does_not_take_whole_leaves_none_of_it(disk):
    path = disk / "issued.jsonl"
    lines = [b"%04d " % number + b"x" * 600 + b"\n" for number in range(200)]
    taken = []
    with pytest.raises(OSError) as refused:
        for line in lines:
            outputs.append(path, line)
            taken.append(line)
    assert refused.value.filename == str(path) and 50 < len(taken) < 200
    assert path.read_bytes() == b"".join(taken)


def test_a_card_that_cannot_be_noted_is_told_with_the_line_to_add(disk):
    batch = issuing.Batch(["C-1"], disk / "issued.jsonl")
    fill(disk, 0)
    with pytest.raises(
        OSError, match="No space left on device; the card is issued and not noted there, so add"
    ):
        batch.note("04A1B2C3D4E580", "C-1")
    assert list(batch.open_contracts()) == ["C-1"]
    assert (disk / "issued.jsonl").read_bytes() == b""


def test_a_story_whose_result_could_not_be_written_is_not_played(tmp_path, capsys):
    for command in ("simulate", "bench"):
        target = tmp_path / "missing" / "result.json"
        assert main([command, "tests/scenarios/tap_and_charge.toml", "--json", str(target)]) == 2
        said = capsys.readouterr()
        assert said.out == "" and str(target) in said.err and "step 1" not in said.err


def test_to_try_out_a_place_leaves_what_is_there_as_it_is(tmp_path):
    outputs.try_out(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    kept = tmp_path / "kept"
    kept.write_bytes(b"kept")
    outputs.try_out(kept)
    outputs.try_out("/dev/null")
    assert kept.read_bytes() == b"kept" and list(tmp_path.iterdir()) == [kept]
    with pytest.raises(IsADirectoryError):
        outputs.try_out(tmp_path)
