"""Holds every board's storage against the port: Linux, the bench on each interpreter, LittleFS in memory."""

import errno
import os
import resource
import signal
from pathlib import Path

import pytest

from firmware.errors import BoardError
from hal.common.directory import DirectoryStorage
from hal.linux.storage import open_storage
from tests.hal.seats import ALL, BENCHES, FLASHES, Seat, finish, seats

FILE_LIMIT_BYTES = 10_000


def place(seat: Seat, folder: Path) -> str:
    """Name where a seat keeps its blobs."""
    return "/flash/ledger" if seat.board == "esp32" else str(folder / "ledger")


@seats(*ALL, *FLASHES)
def test_storage_does_what_the_port_says(seat: Seat, tmp_path: Path) -> None:
    assert seat.results("storages:storage", place(seat, tmp_path)) == ["holds"]
    if seat.board != "esp32":
        assert seat.results("storages:reopened", place(seat, tmp_path)) == ["holds"]


# What a file system that was mended may leave: bytes that are no UTF-8, a line break, another alphabet.
FOREIGN = (b"ledger-0000000001.log\xff", b"a\nb", "ü".encode(), b"A", b"_", b"x" * 41)


# MicroPython lists no folder with bytes that are no UTF-8, and LittleFS lets no name be damaged.
@seats(("cpython", "linux"), ("cpython", "bench"))
def test_files_whose_names_no_blob_has_are_passed_over_whatever_bytes_they_are(
    seat: Seat, tmp_path: Path
) -> None:
    folder = os.fsencode(tmp_path / "ledger")
    os.mkdir(folder)
    for name in FOREIGN:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"kept")
    assert seat.results("storages:storage", tmp_path / "ledger") == ["holds"]
    assert set(FOREIGN) <= set(os.listdir(folder))


@seats(*ALL)
def test_two_terminals_cannot_share_one_ledger(seat: Seat, tmp_path: Path) -> None:
    ((kind, sentence),) = seat.results("storages:twice", place(seat, tmp_path))
    assert kind == "BoardError"
    assert "another terminal uses it; stop that one" in sentence


@seats(*ALL)
def test_a_directory_that_cannot_be_had_is_named_with_the_mend(seat: Seat, tmp_path: Path) -> None:
    ((kind, sentence),) = seat.results("storages:missing", tmp_path / "unmounted" / "ledger")
    assert (kind, "mount the disk" in sentence) == ("BoardError", True)
    (tmp_path / "file").write_text("")
    ((kind, sentence),) = seat.results("storages:missing", tmp_path / "file")
    assert (kind, "has to be a directory" in sentence) == ("BoardError", True)


@seats(*FLASHES)
def test_a_ledger_inside_a_firmware_slot_or_off_littlefs_is_refused(seat: Seat, tmp_path: Path) -> None:
    ((kind, sentence),) = seat.results("storages:missing", "ledger")
    assert (kind, "from the root" in sentence) == ("BoardError", True)
    ((kind, sentence),) = seat.results("storages:missing", tmp_path)
    assert (kind, "not on LittleFS" in sentence) == ("BoardError", True)


def limit_files() -> None:
    """Let files grow to 10,000 bytes: a write across the limit is cut short, like one on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, FILE_LIMIT_BYTES))


@seats(*ALL)
def test_an_append_that_is_cut_short_leaves_the_blob_as_it_was(seat: Seat, tmp_path: Path) -> None:
    # 3,000 bytes fit three times below 10,000; of the fourth only 1,000 can be written.
    said = seat.results("storages:overfill", place(seat, tmp_path), 3000, preexec_fn=limit_files)
    assert said == [errno.EFBIG, [0, True, True], errno.EFBIG, ["log"]]
    assert (tmp_path / "ledger" / "log").stat().st_size == 9000
    assert os.listdir(tmp_path / "ledger") == ["log"]


@seats(*FLASHES)
def test_a_full_flash_keeps_what_was_appended(seat: Seat, tmp_path: Path) -> None:
    said = seat.results("storages:overfill", place(seat, tmp_path), 900)
    assert said == [errno.ENOSPC, [0, True, True], errno.ENOSPC, ["log"]]


@seats(*BENCHES)
def test_a_bench_can_be_told_that_its_disk_is_full(seat: Seat, tmp_path: Path) -> None:
    said = seat.results("storages:full", place(seat, tmp_path))
    assert said == [errno.ENOSPC, errno.ENOSPC, ["12345678", 5, ["log"]]]


CUTS = (
    (1, [], b"fir", b"old slot"),
    (2, ["appended"], b"first;sec", b"old slot"),
    (3, ["appended", "appended"], b"first;second;", b"old slot"),
    (4, ["appended", "appended", "replaced"], b"first;second;", b"new slot"),
)


@seats(*BENCHES)
@pytest.mark.parametrize(("count", "said", "log", "slot"), CUTS)
def test_a_cut_tears_the_write_that_it_hits_and_no_other(
    seat: Seat, tmp_path: Path, count: int, said: list, log: bytes, slot: bytes
) -> None:
    process = seat.start("storages:cut", place(seat, tmp_path), count)
    assert finish(process, -signal.SIGKILL) == said
    storage = open_storage(place(seat, tmp_path))
    assert storage.read("log") == log
    assert storage.read("slot") == slot
    assert sorted(storage.names()) == ["log", "slot"]


class RecordingSystem:
    """The system calls of a storage, written down in their order; any other call fails."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        for name in ("O_CLOEXEC", "O_CREAT", "O_DIRECTORY", "O_RDONLY", "O_TRUNC", "O_WRONLY"):
            setattr(self, name, getattr(os, name))
        for name in ("open", "pwrite", "fdatasync", "fsync", "rename", "unlink"):
            setattr(self, name, self._recorder(name))
        for name in ("close", "ftruncate", "mkdir", "stat", "statvfs"):
            setattr(self, name, getattr(os, name))

    def _recorder(self, name: str) -> object:
        def call(*given: object) -> object:
            shown = [str(word).rsplit("/", 1)[-1] for word in given if isinstance(word, str)]
            self.calls.append(" ".join([name, *shown]))
            return getattr(os, name)(*given)

        return call

    def taken(self) -> list[str]:
        """Return the calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


def test_everything_is_on_the_disk_before_a_call_returns(tmp_path: Path) -> None:
    system = RecordingSystem()
    storage = DirectoryStorage(str(tmp_path), system, lambda fd, how: None)
    system.taken()
    storage.append("log", b"1")
    # A new file's name is in the directory, so the directory is synchronised too.
    calls = system.taken()
    # The rest of 64 KB is made room of, 4 KB at a time.
    assert calls == ["open log", "fsync", *["pwrite"] * 17, "fdatasync"]
    storage.append("log", b"2")
    assert system.taken() == ["pwrite", "fdatasync"]
    storage.replace("slot", b"3")
    assert system.taken() == ["open _fresh", "pwrite", "fsync", "rename _fresh slot", "fsync"]
    storage.rename("slot", "other")
    assert system.taken() == ["rename slot other", "fsync"]
    storage.remove("other")
    assert system.taken() == ["unlink other", "fsync"]


def test_a_disk_that_breaks_while_it_synchronises_leaves_no_half_record(tmp_path: Path) -> None:
    system = RecordingSystem()
    storage = DirectoryStorage(str(tmp_path), system, lambda fd, how: None)
    storage.append("log", b"whole")

    def broken(fd: int) -> None:
        system.fdatasync = os.fdatasync
        raise OSError(errno.EIO, "the disk is broken")

    system.fdatasync = broken
    with pytest.raises(OSError, match="the disk is broken"):
        storage.append("log", b"half")
    assert storage.read("log") == b"whole"
    storage.append("log", b" again")
    assert storage.read("log") == b"whole again"


def test_a_refused_name_reaches_no_file(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path / "ledger"))
    with pytest.raises(BoardError, match="no name of a blob"):
        storage.append("../escaped", b"x")
    assert os.listdir(tmp_path) == ["ledger"]
