"""Proves that room made behind a growing blob shows nowhere, whoever reads and whenever the power goes."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.ledger_folder import LedgerFolder
from firmware.errors import BoardError
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from hal.common import padding
from hal.common.directory import PLENTY_BYTES, STEP_BYTES, DirectoryStorage
from hal.linux.storage import open_storage
from tests.firmware.ledger import pen

RECORDS = pen.records(4)
LINES = [segment.encode_line(compact) for compact in RECORDS]
FIRST = segment.name(1)


class Narrow(DirectoryStorage):
    """A storage whose disk is as full as it is told; its files are real."""

    unused_bytes = 1 << 40

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), os, lambda fd, how: None)

    def _unused_bytes(self) -> int:
        return self.unused_bytes


def written(folder: Path, count: int = 3) -> DirectoryStorage:
    """Write records into a folder and leave it as a process that was killed would."""
    storage = Narrow(folder)
    journal = Journal(storage)
    for seq in range(1, count + 1):
        journal.append(seq, RECORDS[seq - 1])
    return storage


def test_room_is_on_the_disk_and_nowhere_else(tmp_path: Path) -> None:
    storage = written(tmp_path)
    content = b"".join(LINES[:3])
    assert (tmp_path / FIRST).read_bytes() == content + bytes(STEP_BYTES - len(content))
    for reader in (storage, LedgerFolder(tmp_path)):
        assert reader.size(FIRST) == len(content)
        assert reader.read(FIRST) == content and reader.read(FIRST, 7) == content[7:]
        assert reader.read(FIRST, 10, 100) == content[10:110]
        assert reader.read(FIRST, len(content) - 5, 4096) == content[-5:]
        assert reader.read(FIRST, len(content), 10) == reader.read(FIRST, 70000, 10) == b""
        assert list(Journal(reader).read_from(1)) == list(enumerate(RECORDS[:3], 1))


def test_the_next_terminal_cuts_the_room_and_goes_on(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    storage = Narrow(tmp_path)
    assert (tmp_path / FIRST).read_bytes() == b"".join(LINES[:3])
    Journal(storage).append(4, RECORDS[3])
    assert storage.read(FIRST) == b"".join(LINES)
    # A blob that another one follows has none, either.
    storage.append("other", b"x")
    assert (tmp_path / FIRST).stat().st_size == len(b"".join(LINES))


def test_appends_beyond_the_room_make_more(tmp_path: Path) -> None:
    storage = Narrow(tmp_path)
    for _ in range(2):
        storage.append("log", b"x" * (STEP_BYTES - 1))
        storage.append("log", b"yz")
    assert (tmp_path / "log").stat().st_size == 3 * STEP_BYTES
    assert storage.size("log") == 2 * STEP_BYTES + 2
    assert storage.read("log") == (b"x" * (STEP_BYTES - 1) + b"yz") * 2


@pytest.mark.parametrize("where", ["beginning", "end"])
def test_a_write_torn_over_room_harms_no_other_record(tmp_path: Path, where: str) -> None:
    line = LINES[3]
    for size in range(0, len(line), 29):
        folder = tmp_path / str(size)
        folder.mkdir()
        written(folder)
        # Of a line in two blocks either may reach the disk without the other.
        reached = line[:size] + bytes(len(line) - size)
        if where == "end":
            reached = bytes(size) + line[size:]
        with (folder / FIRST).open("r+b") as blob:
            blob.seek(len(b"".join(LINES[:3])))
            blob.write(reached)
        for reader in (LedgerFolder(folder), Narrow(folder)):
            found = list(Journal(reader).read_from(1))
            assert found == list(enumerate(RECORDS[: len(found)], 1)) and len(found) >= 3, size
        journal = Journal(Narrow(folder))
        if journal.last_seq() == 3:
            journal.append(4, RECORDS[3])
        assert list(Journal(LedgerFolder(folder)).read_from(1)) == list(enumerate(RECORDS, 1)), size


def test_a_reader_beside_a_growing_blob_takes_no_room_for_content(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n" + bytes(100))

    class Growing:
        """A file that grows after the first look at it."""

        def __init__(self) -> None:
            self._file = path.open("rb", buffering=0)
            self.seek = self._file.seek
            self._is_grown = False

        def read(self, count: int) -> bytes:
            content = self._file.read(count)
            if not self._is_grown:
                self._is_grown = True
                with path.open("r+b") as blob:
                    blob.write(b"one\ntwo\n")
            return content

    assert padding.read_from(Growing(), 0, 50) == b"one\ntwo\n"


def test_a_disk_without_plenty_is_filled_to_its_last_byte(tmp_path: Path) -> None:
    storage = Narrow(tmp_path)
    storage.append("log", b"1")
    storage.unused_bytes = 0
    # The room belongs to whoever needs it: to the blob before it, and to a replacement.
    assert storage.free_bytes() == STEP_BYTES - 1
    storage.append("log", b"2" * 100)
    with pytest.raises(OSError, match="is full") as full:
        storage.append("log", b"3" * STEP_BYTES)
    assert full.value.errno == errno.ENOSPC and storage.size("log") == 101
    storage.replace("slot", b"4")
    assert (tmp_path / "log").stat().st_size == 101
    storage.unused_bytes = PLENTY_BYTES - 1
    storage.append("log", b"5")
    assert (tmp_path / "log").stat().st_size == 102
    assert storage.free_bytes() == PLENTY_BYTES - 1


def test_what_would_be_taken_for_room_is_refused(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path / "ledger"))
    for verb in (storage.append, storage.replace):
        with pytest.raises(BoardError, match="cannot end with NUL"):
            verb("log", b"x\0")
    assert os.listdir(tmp_path / "ledger") == []


class Failing:
    """The system calls, of which those that write fail as told; with None they do not."""

    failure: int | None = None

    def __getattr__(self, name: str) -> object:
        if self.failure and name in ("ftruncate", "pwrite", "rename", "unlink"):
            return self._fail
        return getattr(os, name)

    def _fail(self, *words: object) -> None:
        raise OSError(self.failure, "refused")


def test_a_read_only_disk_is_read_without_its_room_and_gone_on_with_when_it_is_writable(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    system = Failing()
    system.failure = errno.EROFS
    storage = DirectoryStorage(str(tmp_path), system, lambda fd, how: None)
    content = b"".join(LINES[:3])
    assert storage.size(FIRST) == len(content)
    assert storage.read(FIRST) == content and storage.read(FIRST, 7, 9999) == content[7:]
    assert Journal(storage).last_seq() == 3
    for refused in (
        lambda: Journal(storage).append(4, RECORDS[3]),
        lambda: storage.replace("slot", b"1"),
        lambda: storage.remove(FIRST),
    ):
        with pytest.raises(OSError, match="refused"):
            refused()
        assert storage.read(FIRST) == content
    system.failure = None
    Journal(storage).append(4, RECORDS[3])
    storage.replace("slot", b"1")
    assert list(Journal(storage).read_from(1)) == list(enumerate(RECORDS, 1))
    assert list(Journal(LedgerFolder(tmp_path)).read_from(1)) == list(enumerate(RECORDS, 1))


def test_a_ledger_that_cannot_be_opened_for_writing_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    system = Failing()
    system.failure = errno.EACCES
    with pytest.raises(BoardError, match="its files have to be the terminal's own"):
        DirectoryStorage(str(tmp_path), system, lambda fd, how: None)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [Path.mkdir, _pipe, _dead_link])
def test_what_is_no_file_under_the_name_of_one_is_named(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "ledger-0000000002.log")
    with pytest.raises(BoardError, match=r"ledger-0000000002\.log: a directory, .* move it away"):
        open_storage(str(tmp_path))
    for read in (LedgerFolder(tmp_path).read, LedgerFolder(tmp_path).size):
        with pytest.raises(OSError, match=r"no file, .* move it out.*ledger-0000000002\.log"):
            read("ledger-0000000002.log")
    assert LedgerFolder(tmp_path).read("ledger-0000000003.log") == b""
