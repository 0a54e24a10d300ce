"""Proves that the journal loses nothing that it said was durable, whatever storage does."""

from emulator.models.disk import Disk, Memory, PowerCut
from firmware.errors import LedgerError
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen
from tests.portable import raises

RECORDS = pen.records(12)
SMALL = 1500  # Three of these records and a bit, so that a dozen fill several segments.


def filled(storage, count=12, segment_bytes=SMALL):
    journal = Journal(storage, segment_bytes)
    for seq in range(1, count + 1):
        journal.append(seq, RECORDS[seq - 1])
    return journal


def numbered(first, last=12):
    return [(seq, RECORDS[seq - 1]) for seq in range(first, last + 1)]


def read_with_problems(storage, seq=1):
    """Return what is read from a record on, and what is told of damage on the way."""
    problems = []
    return list(Journal(storage).read_from(seq, lambda *told: problems.append(told))), problems


def test_records_come_back_in_order_across_segments():
    memory = Memory()
    journal = filled(memory)
    assert len(list(segment.each(memory))) > 2
    for name in segment.each(memory):
        assert memory.size(name) <= SMALL
    assert list(journal.read_from(1)) == numbered(1)
    assert list(Journal(memory).read_from(1)) == numbered(1)


def test_reading_begins_at_any_record_and_in_the_right_segment():
    memory = Memory()
    filled(memory)
    for seq in range(1, 14):
        assert list(Journal(memory).read_from(seq)) == numbered(seq), seq
    # The first segments are not even opened for the last records.
    memory.replace(segment.oldest(memory), b"damaged")
    assert read_with_problems(memory, 12) == (numbered(12), [])


def test_a_new_journal_is_empty():
    journal = Journal(Memory())
    assert journal.tail() is None and journal.last_seq() == 0 and journal.first_seq() == 0
    assert list(journal.read_from(1)) == []


def test_the_tail_is_the_newest_intact_record():
    memory = Memory()
    filled(memory)
    assert Journal(memory).tail() == (12, RECORDS[11])
    last = segment.newest(memory)
    memory.append(last, b"torn")
    assert Journal(memory).tail() == (12, RECORDS[11])
    # The whole last segment is lost: the newest record is in the one before.
    memory.replace(last, b"\0" * 5000)
    newest = Journal(memory).tail()
    assert newest == (segment.first_seq(last) - 1, RECORDS[segment.first_seq(last) - 2])


def test_the_tail_is_found_behind_more_damage_than_one_block():
    memory = Memory()
    journal = Journal(memory)
    journal.append(1, RECORDS[0])
    memory.append(segment.name(1), b"\0" * 10000)
    assert Journal(memory).tail() == (1, RECORDS[0])


def test_a_start_appends_after_what_is_there():
    memory = Memory()
    filled(memory, 2, 65536)
    Journal(memory).append(3, RECORDS[2])
    assert list(segment.each(memory)) == [segment.name(1)]
    assert list(Journal(memory).read_from(1)) == numbered(1, 3)
    assert b"\n\n" not in memory.read(segment.name(1))


def test_a_torn_tail_does_not_swallow_the_next_record():
    line = segment.encode_line(RECORDS[2])
    for size in range(1, len(line) - 1):
        memory = Memory()
        filled(memory, 2, 65536)
        memory.append(segment.name(1), line[:size])
        journal = Journal(memory)
        journal.append(3, RECORDS[2])
        read, problems = read_with_problems(memory)
        assert read == numbered(1, 3)
        at = memory.read(segment.name(1)).find(line[:size], 2 * len(segment.encode_line(RECORDS[0])) - 4)
        assert [told[:2] for told in problems] == [(segment.name(1), at)], size


def test_numbers_only_grow():
    journal = filled(Memory(), 3)
    raises(LedgerError, journal.append, 3, RECORDS[2])
    raises(LedgerError, journal.append, 1, RECORDS[0])
    journal.append(5, RECORDS[4])
    assert [seq for seq, _ in journal.read_from(1)] == [1, 2, 3, 5]


def test_a_full_disk_reports_it_and_the_journal_goes_on_when_there_is_room():
    disk = Disk()
    journal = filled(disk, 2)
    disk.set_free_bytes(100)
    raises(OSError, journal.append, 3, RECORDS[2])
    assert journal.last_seq() == 2
    disk.set_free_bytes(None)
    journal.append(3, RECORDS[2])
    assert list(journal.read_from(1)) == numbered(1, 3)


class Torn(Memory):
    """Fails in the middle of a chosen append, as a disk with a bad sector would."""

    fail_after = None

    def append(self, name, content):
        if self.fail_after is None:
            return super().append(name, content)
        super().append(name, content[: self.fail_after])
        self.fail_after = None
        raise OSError(5)


def test_after_a_write_that_failed_half_way_the_next_one_stands_on_its_own():
    line = segment.encode_line(RECORDS[2])
    for size in range(len(line) + 1):
        storage = Torn()
        journal = filled(storage, 2, 65536)
        storage.fail_after = size
        raises(OSError, journal.append, 3, RECORDS[2])
        assert journal.last_seq() == 2
        # Another record takes the number: the failed one was never adopted.
        other = pen.Pen(3, "other").write()
        journal.append(3, other)
        assert list(journal.read_from(1)) == numbered(1, 2) + [(3, other)], size
        assert Journal(storage).tail() == (3, other)


def test_after_a_failed_first_write_of_a_segment_that_segment_is_gone_on_with():
    storage = Torn()
    journal = filled(storage, 3)
    storage.fail_after = 20
    raises(OSError, journal.append, 4, RECORDS[3])
    journal.append(4, RECORDS[3])
    assert list(journal.read_from(1)) == numbered(1, 4)
    assert list(segment.each(storage)) == [segment.name(1), segment.name(4)]


def test_behind_a_newest_segment_that_lost_all_its_bytes_a_new_one_begins():
    memory = Memory()
    filled(memory, 5)
    memory.replace(segment.name(4), b"")
    journal = Journal(memory, SMALL)
    journal.append(6, RECORDS[5])
    # Its name has to say what it begins with.
    assert list(segment.each(memory)) == [segment.name(1), segment.name(4), segment.name(6)]
    assert list(journal.read_from(1)) == numbered(1, 3) + numbered(6, 6)
    assert Journal(memory, SMALL).tail() == (6, RECORDS[5])


def test_damage_is_told_and_everything_else_is_read():
    memory = Memory()
    filled(memory, 12, 65536)
    name = segment.name(1)
    content = bytearray(memory.read(name))
    at = content.find(RECORDS[4].encode())
    content[at + 40] ^= 0xFF
    memory.replace(name, content)
    read, problems = read_with_problems(memory)
    assert read == numbered(1, 4) + numbered(6)
    assert problems == [(name, at - 9, "a line whose checksum does not hold")]


def test_a_copy_of_a_later_record_hides_none_of_those_behind_it():
    lines = [segment.encode_line(record) for record in RECORDS]
    for place in range(len(lines)):
        for copied in range(place, len(lines)):
            memory = Memory()
            memory.append(segment.name(1), b"".join(lines[:place] + [lines[copied]] + lines[place:]))
            read, problems = read_with_problems(memory)
            assert read == numbered(1, 12), (place, copied)
            assert len(problems) == (copied > place)


def test_a_later_record_in_the_place_of_another_hides_that_one_alone():
    lines = [segment.encode_line(record) for record in RECORDS]
    for place in range(len(lines)):
        for copied in range(place + 1, len(lines)):
            memory = Memory()
            memory.append(segment.name(1), b"".join(lines[:place] + [lines[copied]] + lines[place + 1 :]))
            assert read_with_problems(memory)[0] == numbered(1, place) + numbered(place + 2, 12), (
                place,
                copied,
            )


def test_records_of_a_later_segment_in_the_place_of_others_hide_those_alone():
    lines = [segment.encode_line(record) for record in RECORDS]
    for place in range(5):
        memory = Memory()
        memory.append(segment.name(1), b"".join(lines[:place] + lines[8:10] + lines[place + 2 : 6]))
        memory.append(segment.name(7), b"".join(lines[6:]))
        read = [seq for seq, _ in Journal(memory).read_from(1)]
        assert read == [seq for seq in range(1, 13) if not place < seq <= place + 2], place


def test_an_older_record_in_the_place_of_the_newest_makes_no_other_one_the_newest():
    lines = [segment.encode_line(record) for record in RECORDS]
    memory = Memory()
    memory.append(segment.name(1), b"".join(lines[:11] + lines[4:5]))
    assert Journal(memory).last_seq() == 11


def test_a_line_that_is_no_record_is_told():
    memory = Memory()
    filled(memory, 1)
    memory.append(segment.name(1), segment.encode_line("no record"))
    read, problems = read_with_problems(memory)
    assert read == numbered(1, 1)
    assert [told[2] for told in problems] == ["a record without a sequence number"]


def test_a_power_cut_at_every_write_loses_nothing_acknowledged():
    for seed in range(3):
        for cut in range(1, 13):
            disk = Disk(seed=seed)
            journal = Journal(disk, SMALL)
            disk.cut_at_write(cut)
            durable = 0
            try:
                for seq in range(1, 13):
                    journal.append(seq, RECORDS[seq - 1])
                    durable = seq
            except PowerCut:
                disk.power_on()
            restarted = Journal(disk, SMALL)
            # The record that was being written is there, whole, or it is not.
            last = restarted.last_seq()
            assert last in (durable, durable + 1)
            assert list(restarted.read_from(1)) == numbered(1, last)
            for seq in range(last + 1, 13):
                restarted.append(seq, RECORDS[seq - 1])
            assert list(Journal(disk).read_from(1)) == numbered(1)


def test_a_place_spares_looking_for_the_next_record():
    memory = Memory()
    journal = filled(memory)
    for seq, span, place in journal.spans_from(1):
        assert list(journal.spans_from(seq + 1)) == list(journal.spans_from(seq + 1, place))
        assert b"".join(journal.blocks([span])).decode() == RECORDS[seq - 1] + "\n"


def test_only_what_was_delivered_whole_may_go_the_oldest_first():
    memory = Memory()
    journal = filled(memory)
    begins = [segment.first_seq(name) for name in segment.each(memory)]
    assert len(begins) == 4 and journal.first_seq() == 1
    assert not journal.remove_oldest(begins[1] - 2) and journal.first_seq() == 1
    assert journal.remove_oldest(begins[1] - 1)
    assert journal.first_seq() == begins[1] and segment.oldest(memory) == segment.name(begins[1])
    assert list(journal.read_from(1)) == numbered(begins[1])
    # The newest two stay, whoever has them.
    assert journal.remove_oldest(12) and not journal.remove_oldest(12)
    assert [segment.first_seq(name) for name in segment.each(memory)] == begins[2:]
    assert not Journal(memory).remove_oldest(12) and not Journal(Memory()).remove_oldest(12)


class Stubborn(Memory):
    """Removes a blob and says that it did not."""

    def remove(self, name):
        super().remove(name)
        raise OSError(5)


def test_after_a_removal_that_failed_the_journal_looks_what_is_left():
    storage = Stubborn()
    journal = filled(storage)
    assert journal.first_seq() == 1
    raises(OSError, journal.remove_oldest, 12)
    assert journal.first_seq() == segment.first_seq(segment.oldest(storage)) > 1


def test_a_place_in_a_segment_that_is_gone_leads_to_the_next_one():
    memory = Memory()
    journal = filled(memory)
    second = segment.first_seq(segment.oldest(memory, segment.name(1)))
    place = list(journal.spans_from(1))[second - 2][2]
    assert place[0] == segment.name(1) and journal.remove_oldest(second - 1)
    assert [seq for seq, _, _ in journal.spans_from(second, place)] == list(range(second, 13))


def test_a_record_that_lacks_its_newline_alone_stays_one_when_the_next_is_written():
    for end in (b"", b"?"):
        memory = Memory()
        filled(memory, 2, 65536)
        memory.append(segment.name(1), segment.encode_line(RECORDS[2])[:-1] + end)
        journal = Journal(memory)
        assert journal.tail() == (3, RECORDS[2])
        journal.append(4, RECORDS[3])
        read, problems = read_with_problems(memory)
        assert read == numbered(1, 4) and len(problems) == len(end)
