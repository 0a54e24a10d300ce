"""Changes a terminal's key while the power goes at every write; the keys lie on the same made-up disk.

It does not know how a board keeps keys; tests/hal/test_signer.py tries those.
"""

import asyncio
import hashlib

from emulator.models.disk import Disk, Memory, PowerCut
from firmware.crypto import canonical, jose, p256
from firmware.errors import StorageRefused, TerminalError
from firmware.ledger import announced, segment
from firmware.ledger.audit import check_ledger
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from firmware.terminal import rotation
from firmware.terminal.memory import Memory as Remembered
from firmware.terminal.recorder import Recorder, first_prev
from tests.firmware.ledger import rotating
from tests.portable import raises


class Clock:
    """A clock that stands still."""

    def utc_s(self):
        return 1774717140

    def status(self):
        return "synchronised"

    def ticks_ms(self):
        return 1


class Signer:
    """A key on the disk, and the one that waits beside it; new keys have the scalars 2, 3, 4 …."""

    def __init__(self, disk, name="key"):
        self._disk = disk
        self._name = name
        if not disk.size(name):
            disk.replace(name, b"1" if name == "key" else b"%d" % (int(disk.read("key")) + 1))
        self.number = int(disk.read(name))

    def public_key(self):
        return rotating.public(self.number)

    async def sign(self, digest):
        return p256.sign(rotating.private(self.number), digest)

    def successor(self, make):
        return Signer(self._disk, "key-next") if make or self._disk.size("key-next") else None

    def adopt(self):
        # A rename is one step; here it is two, of which the second may be missing, as in an ESP32's store.
        self._disk.replace("key", self._disk.read("key-next"))
        self._disk.remove("key-next")


class Terminal:
    """What a start has of a terminal: its ledger, its key, and a recorder."""

    def __init__(self, disk):
        self.signer = Signer(disk)
        journal = Journal(disk)
        self.memory = Remembered(disk, journal, rotating.TERMINAL, first_prev(self.signer))
        if self.memory.known["key"] != first_prev(self.signer):
            self.signer = rotation.finish(
                self.signer, self.memory.known["key"], journal, self.memory.acknowledged
            )
        self.recorder = Recorder(rotating.TERMINAL, Clock(), self.signer, journal, self.memory.known)

    def tell(self):
        return asyncio.run(self.recorder.record("fault", {"fault": "meter", "what": "silent"}))

    def rotate(self):
        payload, self.signer = asyncio.run(rotation.rotate(self.recorder, self.signer))
        return payload


def audited(disk):
    verify = rotating.verifier(rotating.public(1))
    return check_ledger(disk, verify, rotating.TERMINAL, rotating.thumbprint(1), rotating.verifier)


def test_a_new_key_is_announced_and_signs_from_then_on():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    payload = terminal.rotate()
    assert (payload["kind"], payload["seq"], payload["replaces"]) == (
        "key.rotated",
        2,
        rotating.thumbprint(1),
    )
    terminal.tell()
    assert audited(disk) == {"holds": True, "records": 3, "problems": []}
    # The old key is nowhere any more.
    assert (disk.read("key"), sorted(disk.names())) == (
        b"2",
        ["key", "key-announced", "ledger-0000000001.log"],
    )
    again = Terminal(disk)
    assert again.recorder.known["key"] == rotating.thumbprint(2)
    again.rotate()
    again.tell()
    assert audited(disk) == {"holds": True, "records": 5, "problems": []}


def test_the_power_going_at_any_write_leaves_one_key_that_signs_and_a_ledger_that_holds():
    for count in range(1, 6):
        memory = Memory()
        disk = Disk(memory)
        Terminal(disk).tell()
        terminal = Terminal(disk)
        disk.cut_at_write(count)
        raises(PowerCut, terminal.rotate)
        disk = Disk(memory)
        survivor = Terminal(disk)
        survivor.tell()
        assert audited(disk)["problems"] == [], count
        # What was cut short is done again, or done.
        if survivor.signer.number == 1:
            survivor.rotate()
        assert len(announced.copies(disk)) == 1, count
        survivor.tell()
        assert Terminal(disk).recorder.known["key"] == rotating.thumbprint(2)
        assert audited(disk)["problems"] == [], count


def test_storage_that_takes_no_record_leaves_the_old_key_in_force():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    Signer(disk).successor(True)
    disk.set_free_bytes(10)
    raises(StorageRefused, terminal.rotate)
    disk.set_free_bytes(None)
    terminal.tell()
    assert (terminal.signer.number, audited(disk)["problems"]) == (1, [])


def test_what_is_due_before_is_written_first_so_that_the_proof_has_the_records_own_number():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    disk.set_free_bytes(10)
    told = {"fault": "meter", "what": "silent"}
    assert not asyncio.run(terminal.recorder.record_when_possible("fault", told))
    disk.set_free_bytes(None)
    assert terminal.rotate()["seq"] == 2
    assert audited(disk) == {"holds": True, "records": 2, "problems": []}


def test_a_key_that_is_not_the_ledgers_is_refused_with_the_mend():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    disk.replace("key", b"7")
    refusal = raises(TerminalError, Terminal, disk)
    assert "put its key back" in str(refusal)
    # Neither is one that merely waits and was never announced.
    disk.replace("key-next", b"9")
    assert "put its key back" in str(raises(TerminalError, Terminal, disk))


def test_digests_are_signed_under_the_new_key_at_once():
    terminal = Terminal(Disk(Memory()))
    terminal.tell()
    terminal.rotate()
    digest = hashlib.sha256(b"the meter's record").digest()
    signature = asyncio.run(terminal.recorder.sign(digest))
    assert p256.verify(rotating.public(2), digest, signature)


def _place_of(disk, seq):
    """Return segment, offset and size of a record's line."""
    _, (name, offset, size), _ = next(Journal(disk).spans_from(seq))
    return name, offset - 9, size + 10


def _spoil(disk, name, at):
    content = bytearray(disk.read(name))
    content[at] ^= 1
    disk.replace(name, bytes(content))


def _kinds(disk):
    return [canonical.decode(jose.split(one, "record+jws")[0])["kind"] for one in announced.compacts(disk)]


def test_an_announcement_that_goes_bad_is_read_from_its_copy_wherever_it_stands():
    for after in (0, 2):
        disk = Disk(Memory())
        terminal = Terminal(disk)
        terminal.tell()
        terminal.rotate()
        for _ in range(after):
            terminal.tell()
        whole = list(Journal(disk).read_from(1))
        name, offset, size = _place_of(disk, 2)
        for at in [offset, offset + 9, offset + size // 2] + ([offset + size - 2] if after else []):
            content = disk.read(name)
            _spoil(disk, name, at)
            assert list(Journal(disk).read_from(1)) == whole, at
            assert list(Journal(disk).read_from(2)) == whole[1:], at
            assert Journal(disk).tail() == whole[-1] and Journal(disk).last_seq() == 2 + after
            assert audited(disk) == {"holds": True, "records": 2 + after, "problems": []}, at
            # A start finds the new key in force, names nothing as lost, and goes on with the next number.
            again = Terminal(disk)
            assert (again.signer.number, again.memory.lost) == (2, None)
            assert again.tell()["seq"] == 3 + after
            assert audited(disk)["problems"] == []
            disk.replace(name, content)


def test_what_is_lost_around_a_copy_is_still_named():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    terminal.rotate()
    terminal.tell()
    places = [_place_of(disk, 2), _place_of(disk, 3)]
    for name, offset, size in places:
        _spoil(disk, name, offset + size // 2)
    again = Terminal(disk)
    lost = again.memory.lost
    assert (lost["first_seq"], lost["last_seq"]) == (3, 3)
    assert again.tell()["seq"] == 4


def test_a_batch_holds_the_copy_in_its_place_and_goes_on_behind_it():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    for _ in range(2):
        terminal.tell()
    terminal.rotate()
    for _ in range(2):
        terminal.tell()
    name, offset, size = _place_of(disk, 3)
    _spoil(disk, name, offset + size // 2)
    for most in (1, 2, 9):
        outbox = Outbox(Journal(disk))
        sent = []
        while outbox.pending():
            batch = outbox.batch(most, 16384)
            assert outbox.gap() is None
            # It may have to go out again.
            assert outbox.batch(most, 16384) == batch
            sent += b"".join(outbox.blocks(batch)).split(b"\n")[:-1]
            outbox.acknowledge(outbox.batch_seq + len(batch))
        assert [one.decode() for one in sent] == list(announced.compacts(disk)), most
    assert _kinds(disk) == ["fault", "fault", "key.rotated", "fault", "fault"]


def test_the_newest_copies_of_what_the_office_has_stay_and_older_ones_go_with_the_next_change():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    for _ in range(announced.MOST_KNOWN + 1):
        terminal.rotate()
    every = list(range(2, 2 + announced.MOST_KNOWN + 1))
    # Of what the office does not have none is given up.
    assert [seq for seq, _ in announced.copies(disk)] == every
    acknowledged = terminal.recorder.known["next_seq"] - 1
    _, terminal.signer = asyncio.run(rotation.rotate(terminal.recorder, terminal.signer, acknowledged))
    assert [seq for seq, _ in announced.copies(disk)] == every[1:] + [every[-1] + 1]
    assert audited(disk)["problems"] == []


def test_an_announcement_that_the_office_had_is_there_when_it_comes_back_from_a_backup_of_before():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    terminal.rotate()
    name, offset, size = _place_of(disk, 2)
    _spoil(disk, name, offset + size // 2)
    _, terminal.signer = asyncio.run(rotation.rotate(terminal.recorder, terminal.signer, 2))
    assert [seq for seq, _ in Journal(disk).read_from(1)] == [1, 2, 3]
    assert audited(disk)["problems"] == []


def test_a_copy_goes_with_the_next_change_after_its_segment_is_removed():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    terminal.rotate()
    journal = terminal.recorder.journal
    journal.first_seq = lambda: 3
    _, terminal.signer = asyncio.run(rotation.rotate(terminal.recorder, terminal.signer, 2))
    assert [seq for seq, _ in announced.copies(disk)] == [3]


def test_a_damaged_copy_harms_nothing_and_no_private_key_is_in_one():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    terminal.rotate()
    content = disk.read(segment.COPIES)
    assert content == segment.encode_line(list(announced.compacts(disk))[1])
    _spoil(disk, segment.COPIES, len(content) // 2)
    assert Terminal(disk).tell()["seq"] == 3
    assert audited(disk)["problems"] == []


def test_a_start_goes_on_under_its_key_where_the_announcement_and_its_copy_are_both_bad():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    # A checkpoint that knows of no other key yet.
    terminal.memory.save(terminal.recorder.known, 0, None)
    terminal.rotate()
    terminal.tell()
    for name, offset, size in (_place_of(disk, 2), (segment.COPIES, 0, disk.size(segment.COPIES))):
        _spoil(disk, name, offset + size // 2)
    again = Terminal(disk)
    assert (again.signer.number, again.tell()["seq"]) == (2, 4)
    # What comes after the gap is the ledger's, whatever key is on the board.
    disk.replace("key", b"1")
    raises(TerminalError, lambda: Terminal(disk))


def test_a_start_after_a_cut_before_the_copy_makes_it_before_the_old_key_goes():
    disk = Disk(Memory())
    terminal = Terminal(disk)
    terminal.tell()
    terminal.rotate()
    # As the power leaves it that goes between the record and its copy.
    disk.remove(segment.COPIES)
    disk.replace("key", b"1")
    disk.replace("key-next", b"2")
    writes = []
    replace = disk.replace
    disk.replace = lambda name, content: writes.append(name) or replace(name, content)
    assert Terminal(disk).signer.number == 2
    assert [seq for seq, _ in announced.copies(disk)] == [2]
    assert writes == [segment.COPIES, "key"]
