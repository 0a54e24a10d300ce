"""Proves that a segment under another's name gets its own back, and that nothing is overwritten by it."""

from emulator.models.disk import Memory
from firmware.crypto import jose
from firmware.ledger import chain, misplaced, segment
from firmware.ledger.audit import check_ledger
from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from firmware.terminal.damage import put_back
from firmware.terminal.memory import Memory as Remembered
from tests.firmware.ledger import pen

RECORDS = pen.records(12)
SMALL = 1500  # Three of these records and a bit, so that a dozen fill four segments.
OURS = pen.TERMINAL, (pen.FIRST_PREV,)
NAMES = [segment.name(seq) for seq in (1, 4, 7, 10)]


def filled(records=RECORDS):
    memory = Memory()
    journal = Journal(memory, SMALL)
    for seq, compact in enumerate(records, 1):
        journal.append(seq, compact)
    return memory


def renamed(memory, *pairs):
    """Give blobs other names at once, so that they can take each other's."""
    contents = [memory.read(name) for name, _ in pairs]
    for name, _ in pairs:
        memory.remove(name)
    for content, (_, other) in zip(contents, pairs):
        memory.replace(other, content)
    return memory


def swapped(memory, one, other):
    return renamed(memory, (NAMES[one], NAMES[other]), (NAMES[other], NAMES[one]))


def is_whole(memory):
    read = list(Journal(memory).read_from(1)) == list(enumerate(RECORDS, 1))
    return read and check_ledger(memory, pen.verify, pen.TERMINAL, pen.FIRST_PREV)["holds"]


def test_a_ledger_in_order_is_left_alone():
    memory = filled()
    assert sorted(memory.names()) == NAMES
    assert misplaced.put_back(memory, OURS) == (0, 0) and is_whole(memory)
    assert misplaced.put_back(Memory(), OURS) == (0, 0)


def test_segments_that_changed_names_get_their_own_back():
    cases = []
    for one in range(4):
        for other in range(one):
            cases.append((2, [(NAMES[one], NAMES[other]), (NAMES[other], NAMES[one])]))
        for name in (segment.name(2), segment.name(900), "ledger-00000000x1.log", "ledger-" + "9" * 20):
            cases.append((1, [(NAMES[one], name)]))
    cases.append((4, [(NAMES[i], NAMES[(i + 1) % 4]) for i in range(4)]))
    cases.append((4, [(NAMES[i], NAMES[3 - i]) for i in range(4)]))
    cases.append((3, [(NAMES[0], NAMES[1]), (NAMES[1], NAMES[2]), (NAMES[2], "ledger-1.log")]))
    for count, pairs in cases:
        memory = renamed(filled(), *pairs)
        assert misplaced.put_back(memory, OURS) == (count, 0), pairs
        assert is_whole(memory) and sorted(memory.names()) == NAMES, pairs
        assert misplaced.put_back(memory, OURS) == (0, 0)


def test_what_has_a_place_of_its_own_though_its_first_records_are_damaged_stays_there():
    for name in NAMES:
        memory = filled()
        content = bytearray(memory.read(name))
        content[300] ^= 1
        memory.replace(name, content)
        assert misplaced.put_back(memory, OURS) == (0, 0) and sorted(memory.names()) == NAMES


def test_a_record_of_another_segment_over_the_first_of_one_moves_and_hides_none():
    for i in range(4):
        for other in range(12):
            if other // 3 == i:
                continue
            memory = filled()
            lines = memory.read(NAMES[i]).split(b"\n")
            memory.replace(NAMES[i], segment.encode_line(RECORDS[other]) + b"\n".join(lines[1:]))
            assert misplaced.put_back(memory, OURS) == (0, 0) and sorted(memory.names()) == NAMES
            read = [seq for seq, _ in Journal(memory).read_from(1)]
            assert read == [seq for seq in range(1, 13) if seq != 3 * i + 1], (i, other)


def test_a_segment_whose_first_record_is_damaged_is_put_where_its_records_are_read():
    memory = filled()
    content = bytearray(memory.read(NAMES[2]))
    content[300] ^= 1
    memory.replace(NAMES[2], content)
    assert misplaced.put_back(swapped(memory, 2, 0), OURS) == (2, 0)
    assert [seq for seq, _ in Journal(memory).read_from(1)] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]


def test_a_copy_of_what_stands_in_its_place_is_not_taken_for_it():
    for name in (segment.name(2), "ledger-0000000004.log.old", segment.name(40)):
        memory = filled()
        memory.replace(name, memory.read(NAMES[1]))
        assert misplaced.put_back(memory, OURS) == (0, 6)
        assert sorted(memory.names()) == sorted(NAMES + [name]) and memory.read(name) == memory.read(NAMES[1])


def test_what_is_no_part_of_this_ledger_is_left_where_it_is():
    stranger = pen.seal({"terminal": "KT-0002", "seq": 13, "prev": "", "kind": "fault", "at": None})
    forked = pen.Pen(13, "another past").write()
    forked_before = pen.Pen(9, "another past").write()
    key = jose.thumbprint(bytes(64))
    other_key = pen.seal({"terminal": pen.TERMINAL, "seq": 99, "prev": "", "kind": "fault"}, kid=key)
    for compact, newest in ((stranger, 0), (forked, 13), (forked_before, 9), (other_key, 0)):
        memory = filled()
        memory.replace("ledger-old", segment.encode_line(compact))
        assert misplaced.put_back(memory, OURS) == (0, newest), compact
        assert sorted(memory.names()) == sorted(NAMES + ["ledger-old"])


def rekeyed():
    """Return the next two records of RECORDS[:3], the second under another key, and that key."""
    key = jose.thumbprint(bytes(64))
    writer = pen.Pen(4, chain.hash(RECORDS[2]))
    last_old = writer.write()
    told = {"terminal": pen.TERMINAL, "seq": 5, "prev": writer.prev, "kind": "fault", "at": None}
    return last_old, pen.seal(told, kid=key), key


def test_a_segment_in_which_the_key_was_changed_is_known_by_the_key_under_which_it_ends():
    last_old, first_new, key = rekeyed()
    memory = Memory()
    for compact in RECORDS[:3] + [last_old, first_new]:
        memory.append("ledger-x", segment.encode_line(compact))
    assert misplaced.put_back(memory, (pen.TERMINAL, (key,))) == (1, 0)
    assert list(memory.names()) == [NAMES[0]]


def test_a_segment_under_a_key_of_before_is_known_by_the_one_after_it_that_has_its_place_again():
    last_old, first_new, key = rekeyed()
    memory = Memory()
    for name, compacts in ((NAMES[1], RECORDS[:3]), (NAMES[0], (last_old, first_new))):
        for compact in compacts:
            memory.append(name, segment.encode_line(compact))
    assert misplaced.put_back(memory, (pen.TERMINAL, (key,))) == (2, 0)
    assert sorted(memory.names()) == NAMES[:2]
    assert [seq for seq, _ in Journal(memory).read_from(1)] == [1, 2, 3, 4, 5]


def test_what_has_no_record_left_makes_room_and_is_kept():
    memory = renamed(filled(), (NAMES[1], segment.name(2)))
    memory.replace(NAMES[1], b"noise without a record")
    assert misplaced.put_back(memory, OURS) == (1, 0)
    assert list(Journal(memory).read_from(1)) == list(enumerate(RECORDS, 1))
    assert memory.read(NAMES[1] + misplaced.ASIDE) == b"noise without a record"
    assert misplaced.put_back(memory, OURS) == (0, 0)


class ReadOnly(Memory):
    """Changes no name."""

    def rename(self, name, other):
        raise OSError(30, "read-only")


def test_the_numbers_of_a_segment_that_cannot_be_put_back_are_given_to_no_other_record():
    memory = ReadOnly()
    journal = Journal(memory, SMALL)
    for seq, compact in enumerate(RECORDS, 1):
        journal.append(seq, compact)
    renamed(memory, (NAMES[3], "ledger-lost"))
    assert misplaced.put_back(memory, OURS) == (0, 12)
    remembered = Remembered(memory, Journal(memory), pen.TERMINAL, pen.FIRST_PREV)
    assert remembered.known["next_seq"] == 13
    assert (remembered.lost["first_seq"], remembered.lost["last_seq"]) == (10, 12)


def test_a_start_puts_back_what_no_checkpoint_knows_of():
    memory = renamed(filled(), (NAMES[3], segment.name(2)))
    remembered = Remembered(memory, Journal(memory), pen.TERMINAL, pen.FIRST_PREV)
    assert remembered.known["next_seq"] == 13 and remembered.lost is None and is_whole(memory)


class Counting(Memory):
    """Counts of how many blobs anything was read."""

    def __init__(self):
        super().__init__()
        self.opened = set()

    def read(self, name, offset=0, count=None):
        self.opened.add(name)
        return super().read(name, offset, count)


def old():
    """Return a ledger of as many segments as records, and how many it would have with those in between."""
    memory = Counting()
    count = misplaced.RECORDS + 300
    writer = pen.Pen()
    for seq in (1, 2, 3, count - 2, count - 1, count):
        writer.next_seq = seq
        memory.replace(segment.name(seq), segment.encode_line(writer.write()))
    known = {"next_seq": count + 1, "key": pen.FIRST_PREV}
    Checkpoints(memory).save({"summary": known})
    return memory, count


def test_a_start_looks_at_the_newest_alone():
    memory, count = old()
    for since, looked_at in ((count + 1 - misplaced.RECORDS, 3), (3, 4), (0, 6)):
        memory.opened.clear()
        assert misplaced.put_back(memory, OURS, since, count + 1) == (0, 0)
        assert len(memory.opened) == looked_at, (since, memory.opened)


def test_an_end_that_a_checkpoint_knows_is_looked_for_among_all_segments():
    memory, count = old()
    memory.rename(segment.name(count), segment.name(100))
    assert misplaced.put_back(memory, OURS, 301, count) == (0, 0)
    assert misplaced.put_back(memory, OURS, 301, count + 1) == (1, 0)
    assert Journal(memory).last_seq() == count


def test_a_check_says_which_name_a_segment_needs_and_what_needs_none():
    for name, content, told in (
        ("ledger-x", None, "it begins with record 4, as ledger-0000000004.log should"),
        ("ledger-copy", 1, "it begins with record 4, as ledger-0000000004.log does, which is in its place"),
        ("ledger-noise", b"noise", "no record in it is intact; move it away"),
    ):
        memory = filled()
        if content is None:
            renamed(memory, (NAMES[1], name))
        else:
            memory.replace(name, memory.read(NAMES[1]) if content == 1 else content)
        problems = check_ledger(memory, pen.verify)["problems"]
        (what,) = [problem["what"] for problem in problems if problem["file"] == name]
        assert told in what, what


def test_a_segment_that_is_written_may_get_its_name_back_and_is_gone_on_with():
    memory = filled(RECORDS[:3])
    memory.append(NAMES[1], segment.encode_line(RECORDS[8]))
    outbox = Outbox(Journal(memory))
    outbox.journal.append(10, RECORDS[9])
    assert put_back(outbox, pen.TERMINAL, pen.FIRST_PREV)
    outbox.journal.append(11, RECORDS[10])
    assert sorted(memory.names()) == [NAMES[0], segment.name(9)]
    assert [seq for seq, _ in Journal(memory).read_from(1)] == [1, 2, 3, 9, 10, 11]
