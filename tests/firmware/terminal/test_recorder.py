"""Writes records on a disk that has no room for a while; the clock and the pen are made up."""

import asyncio

from emulator.models.disk import Disk
from emulator.simulation.craft import PlainCraft
from firmware.crypto import canonical, jose
from firmware.ledger import summary
from firmware.ledger.journal import Journal
from firmware.terminal.recorder import Recorder


class Pen:
    """A clock that the test moves, and a signer that signs nothing."""

    now_s = 1774717140

    def utc_s(self):
        """Return the time."""
        return self.now_s

    def status(self):
        """Return that it is right until it is lost."""
        return "unset" if self.now_s is None else "synchronised"

    def ticks_ms(self):
        """Return the seconds of the minute, for what else there is to tell moments apart."""
        return 7 if self.now_s is None else self.now_s % 60

    def public_key(self):
        """Return a key of zeros."""
        return bytes(64)

    async def sign(self, digest):
        """Return a signature of zeros."""
        return bytes(64)


class Desk:
    """A recorder with its disk and clock."""

    def __init__(self):
        self.disk, self.pen = Disk(PlainCraft().backing()), Pen()
        self.journal = Journal(self.disk)
        self.recorder = Recorder("KT-0001", self.pen, self.pen, self.journal, summary.start("x"))

    def tell(self, kind, members, now_s):
        """Tell of something at a time, and return whether it is durable."""
        self.pen.now_s = now_s
        return asyncio.run(self.recorder.record_when_possible(kind, members))

    def payloads(self):
        """Return the payload of every record of the ledger."""
        return [
            canonical.decode(jose.split(compact, "record+jws")[0])
            for _seq, compact in self.journal.read_from(1)
        ]

    def written(self):
        """Return (kind, at, clock, ticks) of every record of the ledger."""
        return [
            (record["kind"], record["at"], record["clock"], record["ticks_ms"]) for record in self.payloads()
        ]


FAULT = {"fault": "meter", "what": "silent"}
CLEARED = {"fault": "meter"}


def test_what_storage_refused_is_written_later_with_the_moment_at_which_it_happened():
    desk = Desk()
    desk.disk.set_free_bytes(0)
    assert not desk.tell("fault", FAULT, 1774717140)
    assert not desk.tell("fault.cleared", CLEARED, None)
    desk.disk.set_free_bytes(100000)
    assert desk.tell("fault", {"fault": "panel", "what": "dark"}, 1774720745)
    assert desk.written() == [
        ("fault", "2026-03-28T16:59:00Z", "synchronised", 0),
        ("fault.cleared", None, "unset", 7),
        ("clock.learned", "2026-03-28T17:59:05Z", "synchronised", 5),
        ("fault", "2026-03-28T17:59:05Z", "synchronised", 5),
    ]


def test_a_flush_writes_what_was_kept_and_is_no_error_while_there_is_no_room():
    desk = Desk()
    desk.disk.set_free_bytes(0)
    desk.tell("fault", FAULT, 1774717140)
    asyncio.run(desk.recorder.flush())
    assert desk.written() == []
    desk.disk.set_free_bytes(100000)
    asyncio.run(desk.recorder.flush())
    asyncio.run(desk.recorder.flush())
    assert desk.written() == [("fault", "2026-03-28T16:59:00Z", "synchronised", 0)]


def test_a_fault_that_comes_goes_and_comes_again_is_told_as_standing():
    desk = Desk()
    desk.disk.set_free_bytes(0)
    for kind, members in (("fault", FAULT), ("fault", FAULT), ("fault.cleared", CLEARED), ("fault", FAULT)):
        desk.tell(kind, members, 1774717140)
    desk.disk.set_free_bytes(100000)
    asyncio.run(desk.recorder.flush())
    assert [record[0] for record in desk.written()] == ["fault", "fault.cleared", "fault"]
    assert desk.recorder.known["faults"] == ["meter"]


def test_what_was_kept_stands_before_the_next_record_even_where_that_is_a_sessions():
    desk = Desk()
    desk.disk.set_free_bytes(0)
    desk.tell("fault", FAULT, 1774717140)
    desk.disk.set_free_bytes(100000)
    desk.pen.now_s = 1774717150
    asyncio.run(desk.recorder.record("session.rejected", {"token": None, "reason": "unknown_card"}))
    assert [record[0] for record in desk.written()] == ["fault", "session.rejected"]
    assert [record[3] for record in desk.written()] == [0, 10]


def test_a_clock_that_is_learned_gives_the_records_before_it_a_time():
    desk = Desk()
    for seq, now_s in enumerate((None, None, 1774717147, 1774717148), 1):
        desk.tell("fault", {"fault": "f%d" % seq, "what": "w"}, now_s)
    kinds = [record[0] for record in desk.written()]
    assert kinds == ["fault", "fault", "clock.learned", "fault", "fault"]
    learned = desk.payloads()[2]
    assert learned["since_seq"] == 1 and learned["at"] == "2026-03-28T16:59:07Z"
    assert learned["ticks_ms"] == 1774717147 % 60


def test_a_clock_that_is_learned_while_nothing_happens_is_told_and_once():
    desk = Desk()
    desk.tell("boot", {}, None)
    desk.pen.now_s = 1774717140
    for _ in range(3):
        asyncio.run(desk.recorder.flush())
    assert [record[0] for record in desk.written()] == ["boot", "clock.learned"]


def test_a_time_that_storage_refuses_to_learn_is_told_when_there_is_room():
    desk = Desk()
    desk.tell("boot", {}, None)
    desk.disk.set_free_bytes(0)
    desk.tell("fault", {"fault": "storage", "what": "w"}, 1774717140)
    desk.disk.set_free_bytes(None)
    asyncio.run(desk.recorder.flush())
    assert [record[0] for record in desk.written()] == ["boot", "clock.learned", "fault"]


def test_a_fault_that_comes_and_goes_for_weeks_on_a_full_disk_is_counted_and_not_kept_each_time():
    desk = Desk()
    desk.disk.set_free_bytes(0)
    for turn in range(500):
        for code in ("meter", "panel"):
            desk.tell("fault", {"fault": code, "what": "silent"}, 1774717140 + turn)
            desk.tell("fault.cleared", {"fault": code}, 1774717141 + turn)
    desk.tell("fault", {"fault": "panel", "what": "dark"}, 1774719999)
    for _ in range(100):
        desk.tell("session.rejected", {"token": None, "reason": "out_of_order"}, 1774720000)
    desk.tell("configured", {"hash": "x", "tariffs": []}, 1774720001)
    desk.disk.set_free_bytes(None)
    asyncio.run(desk.recorder.flush())
    told = [(record["kind"], record.get("fault"), record.get("repeated")) for record in desk.payloads()]
    # Five hundred times each: the first is told, 499 more are counted; the panel is dark at last.
    # Of a hundred cards eight are told, and the last of them stands for the others.
    rejected = [("session.rejected", None, None)] * 7 + [("session.rejected", None, 92)]
    faults = [
        ("fault", "meter", None),
        ("fault.cleared", "meter", 499),
        ("fault", "panel", None),
        ("fault.cleared", "panel", 499),
        ("fault", "panel", None),
    ]
    assert told == faults + rejected + [("configured", None, None)]
    assert desk.recorder.known["faults"] == ["panel"]


def test_a_standing_fault_that_goes_and_comes_ends_as_it_stands():
    desk = Desk()
    desk.tell("fault", FAULT, 1774717140)
    desk.disk.set_free_bytes(0)
    for _ in range(50):
        desk.tell("fault.cleared", CLEARED, 1774717141)
        desk.tell("fault", FAULT, 1774717142)
    desk.tell("fault.cleared", CLEARED, 1774717143)
    desk.disk.set_free_bytes(None)
    asyncio.run(desk.recorder.flush())
    assert [record[0] for record in desk.written()] == [
        "fault",
        "fault.cleared",
        "fault",
        "fault.cleared",
    ]
    assert desk.recorder.known["faults"] == []
