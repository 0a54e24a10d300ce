"""Cuts the power at every storage operation of a session, then again while the terminal recovers, and looks.

It does not know any disk: it is handed one that loses its power where it is told. Runs on every interpreter.
"""

from emulator.models.disk import PowerCut
from emulator.models.sectors import MODES
from firmware.ledger import chain, summary
from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen

# Two records and a bit: the story begins segments, and removes one.
SEGMENT_BYTES = 1400
STORY = ("boot", "configured", "save", "session.started", "save", "save", "fault", "save") + (
    "fault.cleared",
    "session.ended",
    "save",
    "remove",
    "boot",
    "save",
)


class Life:
    """The storage work of a terminal over one disk, through any number of starts, with what it promised."""

    def __init__(self, disk, sector_bytes):
        self._disk = disk
        self._sector_bytes = sector_bytes
        # What append returned for, what it was asked for, and the checkpoint that was saved last.
        self.durable = []
        self.tried = {}
        self.saved = 0
        self._removed = 0
        self.start()

    def start(self):
        """Read what a start reads."""
        self._journal = Journal(self._disk, SEGMENT_BYTES, self._sector_bytes)
        self._checkpoints = Checkpoints(self._disk)
        found = self._checkpoints.load() or {"saved": 0}
        assert found["saved"] in (self.saved, self.saved + 1), (found["saved"], self.saved)
        self.saved = found["saved"]
        self._known = summary.start(pen.FIRST_PREV)
        for seq, compact in self._journal.read_from(1):
            assert compact in self.tried.get(seq, ()), "record %d was never written" % seq
            self._known["next_seq"], self._known["prev"] = seq + 1, chain.hash(compact)
        self.look()

    def look(self):
        """Hold the disk against what was promised."""
        kept = dict(Journal(self._disk, SEGMENT_BYTES, self._sector_bytes).read_from(1))
        first = min(kept) if kept else 1
        for seq, compact in self.durable:
            assert kept.get(seq) == compact or seq < first <= self._removed + 1, "record %d is lost" % seq
        for seq in kept:
            assert kept[seq] in self.tried[seq], "record %d was never written" % seq
            assert seq == first or seq - 1 in kept, "record %d is missing" % (seq - 1)

    def play(self, story=STORY):
        """Do the work of a session; PowerCut ends it anywhere."""
        for act in story:
            if act == "save":
                self._checkpoints.save({"saved": self.saved + 1, "room": "x" * 700})
                self.saved += 1
            elif act == "remove":
                # Without a second segment nothing goes.
                self._removed = self._journal.last_seq()
                self._journal.remove_oldest(self._removed)
            else:
                self._append(act)

    def _append(self, kind):
        seq = self._known["next_seq"]
        compact = pen.Pen(seq, self._known["prev"]).write(
            kind, fault="meter", turn=len(self.tried.get(seq, ()))
        )
        self.tried.setdefault(seq, []).append(compact)
        self._journal.append(seq, compact)
        self._known["next_seq"], self._known["prev"] = seq + 1, chain.hash(compact)
        self.durable.append((seq, compact))


def operations(make, sector_bytes):
    """Return how many operations the story has on a disk that `make()` gives."""
    disk = make()
    before = disk.operations
    Life(disk, sector_bytes).play()
    return disk.operations - before


def cut(make, sector_bytes, seconds):
    """Cut the power at each operation in each way, and again at these operations of what follows (0: not);
    return how many cuts there were. Raises AssertionError with the cut that lost something.
    """

    def lived(first, second, mode):
        disk = make()
        life = Life(disk, sector_bytes)

        def act(cuts):
            if cuts:
                life.start()
            life.play()

        cuts = cut_short(disk, (first, second), mode, act)
        # What is left can be gone on with.
        life.start()
        life.play()
        life.start()
        return cuts

    return at_each(operations(make, sector_bytes), seconds, lived)


def at_each(count, seconds, lived):
    """Return how many cuts there are in all of `lived(first, second, mode)`, which counts its own."""
    cuts = 0
    for first in range(1, count + 1):
        for mode in MODES:
            for second in seconds:
                try:
                    cuts += lived(first, second, mode)
                except AssertionError as error:
                    raise AssertionError("cut %d and %d, %s: %s" % (first, second, mode, error))
    return cuts


def cut_short(disk, counts, mode, act):
    """Act with the power cut at an operation, and again at one of what follows (0: not); `act(cuts)` is told
    how often it was. Returns how many cuts there were.
    """
    cuts = 0
    for count in counts:
        if not count:
            continue
        disk.cut_at(count, mode)
        try:
            act(cuts)
        except PowerCut:
            cuts += 1
        except OSError:
            # On its way out the file system may say so in its own words.
            if not disk.is_off():
                raise
            cuts += 1
        disk.cut_at(None, "")
        disk.power_on()
    return cuts
