"""Proves that a power cut in any way at any operation of the storage loses nothing that was promised."""

import os
import subprocess

import pytest

from emulator.models.prng import Prng
from emulator.models.sectors import SectorDisk
from tests.hal import cuts, cuts_names
from tests.interpreters import ROOT, command, environment

# make test-cuts plays more lives of each.
ROUNDS = int(os.environ.get("KILOTAP_CUT_ROUNDS", "1"))
LEAST = 5000
LIMIT_S = 3600


def cut_sectors(harms_neighbours: bool, sector_bytes: int, rounds: int) -> int:
    """Cut the power of a disk of sectors; return how often."""
    seeds = iter(range(1, 1 << 30))

    def disk() -> SectorDisk:
        return SectorDisk(Prng(next(seeds), "sectors"), 512, harms_neighbours)

    return sum(cuts.cut(disk, sector_bytes, range(11)) for _ in range(2 * rounds))


def cut_names() -> int:
    """Cut the power of a disk of sectors while segments get their own names back; return how often."""
    seeds = iter(range(1, 1 << 30))
    return cuts_names.cut(lambda: SectorDisk(Prng(next(seeds), "sectors")), range(4))


def cut_littlefs(rounds: int) -> tuple[int, int]:
    """Cut the power of littlefs on a flash, as an ESP32 has it, in both stories; return how often in each."""
    words = command("micropython32", "-m", "tests.hal.cuts_littlefs", str(rounds), heap="4m")
    done = subprocess.run(
        words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    # What was open when the power went says so when it is swept, on the same standard output.
    told = dict(line.split() for line in done.stdout.splitlines() if line.startswith(("CUTS ", "NAMES ")))
    return int(told["CUTS"]), int(told["NAMES"])


@pytest.mark.xdist_group("micropython32")
@pytest.mark.timeout(LIMIT_S)
def test_no_cut_in_any_way_loses_a_promised_record_or_makes_one(capsys: pytest.CaptureFixture[str]) -> None:
    littlefs, littlefs_names = cut_littlefs(ROUNDS)
    counted = {
        "sectors": cut_sectors(False, 0, ROUNDS),
        "sectors that harm their neighbours, records in sectors of their own": cut_sectors(True, 512, ROUNDS),
        "littlefs, 32-bit MicroPython": littlefs,
        "names of segments on sectors": cut_names(),
        "names of segments on littlefs": littlefs_names,
    }
    with capsys.disabled():
        told = ", ".join(f"{count} on {disk}" for disk, count in counted.items())
        print(f"\n{sum(counted.values())} power cuts: {told}; nothing lost, nothing false.")
    assert min(counted.values()) > 0 and sum(counted.values()) >= LEAST * ROUNDS


def test_a_disk_that_harms_neighbours_shows_why_records_need_sectors_of_their_own() -> None:
    with pytest.raises(AssertionError, match="is lost"):
        cut_sectors(True, 0, 1)
