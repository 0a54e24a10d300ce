"""Cuts the power at every operation by which segments get their own names back, then again, and looks.

It does not know any disk: it is handed one that loses its power where it is told. Runs on every interpreter.
"""

from emulator.models.disk import PowerCut
from emulator.models.sectors import MODES
from firmware.ledger import misplaced, segment
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen

RECORDS = pen.records(8)
# Two records and a bit.
SEGMENT_BYTES = 1000
OURS = pen.TERMINAL, (pen.FIRST_PREV,)
NAMES = [segment.name(seq) for seq in (1, 3, 5, 7)]
# Names that are given one after the other.
WAYS = (
    [(NAMES[0], "x"), (NAMES[2], NAMES[0]), ("x", NAMES[2])],
    [(NAMES[3], segment.name(2))],
    [(NAMES[1], "ledger-x")],
    [(NAMES[0], "x"), (NAMES[1], NAMES[0]), (NAMES[2], NAMES[1]), (NAMES[3], NAMES[2]), ("x", NAMES[3])],
)


def cut(make, seconds):
    """Cut the power at each operation in each way, and again at these operations of the next start (0: not);
    return how many cuts there were. Raises AssertionError with the cut that lost something.
    """
    cuts = 0
    for way in WAYS:
        disk = _disordered(make(), way)
        before = disk.operations
        _start(disk)
        for first in range(1, disk.operations - before + 1):
            for mode in MODES:
                for second in seconds:
                    try:
                        cuts += _life(_disordered(make(), way), first, second, mode)
                    except AssertionError as error:
                        raise AssertionError("cut %d and %d, %s: %s" % (first, second, mode, error))
    return cuts


def _disordered(disk, way):
    journal = Journal(disk, SEGMENT_BYTES)
    for seq in range(1, len(RECORDS) + 1):
        journal.append(seq, RECORDS[seq - 1])
    assert sorted(disk.names()) == NAMES, sorted(disk.names())
    for name, other in way:
        disk.rename(name, other)
    return disk


def _start(disk):
    assert misplaced.put_back(disk, OURS)[1] == 0


def _life(disk, first, second, mode):
    cuts = 0
    for count in (first, second):
        if not count:
            continue
        disk.cut_at(count, mode)
        try:
            _start(disk)
        except PowerCut:
            cuts += 1
        except OSError:
            # On its way out the file system may say so in its own words.
            if not disk.is_off():
                raise
            cuts += 1
        disk.cut_at(None, "")
        disk.power_on()
        held = [name for name in disk.names() if disk.size(name)]
        assert len(held) == len(NAMES), "a segment is lost, or there twice: %s" % held
    _start(disk)
    assert sorted(disk.names()) == NAMES, sorted(disk.names())
    assert [compact for _, compact in Journal(disk).read_from(1)] == RECORDS, "records are lost"
    return cuts
