"""Cuts the power at every operation by which segments get their own names back, then again, and looks.

It does not know any disk: it is handed one that loses its power where it is told. Runs on every interpreter.
"""

from firmware.ledger import misplaced, segment
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen
from tests.hal import cuts

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
    count = 0
    for way in WAYS:
        disk = _disordered(make(), way)
        before = disk.operations
        _start(disk)
        count += cuts.at_each(
            disk.operations - before,
            seconds,
            lambda first, second, mode, way=way: _life(_disordered(make(), way), first, second, mode),
        )
    return count


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
    count = 0
    # After each cut is looked, not only after both.
    for instant in (first, second):
        count += cuts.cut_short(disk, (instant,), mode, lambda _so_many: _start(disk))
        held = [name for name in disk.names() if disk.size(name)]
        assert len(held) == len(NAMES), "a segment is lost, or there twice: %s" % held
    _start(disk)
    assert sorted(disk.names()) == NAMES, sorted(disk.names())
    assert [compact for _, compact in Journal(disk).read_from(1)] == RECORDS, "records are lost"
    return count
