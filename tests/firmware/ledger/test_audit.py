"""Proves that a record changed, dropped, repeated or reordered is found, and that a power cut is no crime."""

from emulator.models.disk import Disk, Memory, PowerCut
from firmware.ledger import segment
from firmware.ledger.audit import check_ledger
from firmware.ledger.journal import Journal
from tests.firmware.ledger import pen

RECORDS = pen.records(8)
LINES = [segment.encode_line(compact) for compact in RECORDS]


def stored(lines):
    memory = Memory()
    memory.append(segment.name(1), b"".join(lines))
    return memory


def audit(storage):
    return check_ledger(storage, pen.verify, pen.TERMINAL, pen.FIRST_PREV)


def whats(storage):
    report = audit(storage)
    assert report["holds"] == (report["problems"] == [])
    return [(problem["seq"], problem["what"]) for problem in report["problems"]]


def test_a_ledger_as_it_was_written_holds():
    memory = Memory()
    journal = Journal(memory, 1200)
    for seq, compact in enumerate(RECORDS, 1):
        journal.append(seq, compact)
    assert audit(memory) == {"holds": True, "records": 8, "problems": []}
    assert audit(Memory()) == {"holds": True, "records": 0, "problems": []}


def test_a_changed_byte_is_found_with_its_place():
    content = bytearray(b"".join(LINES))
    offset = len(LINES[0]) + len(LINES[1])
    content[offset + 60] ^= 1
    memory = Memory()
    memory.append(segment.name(1), content)
    report = audit(memory)
    assert report["records"] == 7
    assert report["problems"] == [
        {"seq": 3, "file": segment.name(1), "offset": offset, "what": "a line whose checksum does not hold"},
        {
            "seq": 4,
            "file": segment.name(1),
            "offset": offset + len(LINES[2]),
            "what": "records 3 to 3 are missing",
        },
    ]


def test_a_record_changed_with_its_checksum_fails_its_signature():
    # Beyond the header, so that only the signature can tell.
    forged = RECORDS[2][:200] + ("A" if RECORDS[2][200] != "A" else "B") + RECORDS[2][201:]
    told = whats(stored(LINES[:2] + [segment.encode_line(forged)] + LINES[3:]))
    assert told[0] == (3, "a record whose signature does not hold")
    # The record after it carries the hash of the true one.
    assert (4, "prev is not the hash of the record before") in told


def test_dropped_records_are_missed():
    assert whats(stored(LINES[:2] + LINES[4:])) == [(5, "records 3 to 4 are missing")]
    assert whats(stored(LINES[1:])) == [(2, "records 1 to 1 are missing")]


def test_reordered_and_repeated_records_are_found():
    assert whats(stored(LINES[:2] + [LINES[3], LINES[2]] + LINES[4:])) != []
    assert whats(stored(LINES[:3] + [LINES[1]])) == [
        (2, "record 2 where 4 belongs: a number stands twice or out of order")
    ]


def test_another_record_under_the_same_number_is_found():
    other = pen.Pen(3, RECORDS[1]).write()
    told = whats(stored(LINES[:3] + [segment.encode_line(other)] + LINES[3:]))
    assert told[0] == (3, "record 3 where 4 belongs: a number stands twice or out of order")


def test_the_same_record_written_twice_in_a_row_is_no_problem():
    assert whats(stored(LINES[:3] + [LINES[2]] + LINES[3:])) == []


def test_another_key_or_terminal_is_found():
    memory = stored(LINES)
    report = check_ledger(memory, lambda signing_input, signature: False)
    assert report["records"] == 8 and len(report["problems"]) == 8
    assert len(check_ledger(memory, None, "KT-0002")["problems"]) == 8
    assert len(check_ledger(memory, None, None, "another thumbprint")["problems"]) == 1
    assert check_ledger(memory, None)["holds"]


def test_what_an_interrupted_write_left_is_no_problem_once_the_chain_went_on():
    torn = LINES[3][:50] + b"\n"
    assert whats(stored(LINES[:3] + [torn] + LINES[3:])) == []


def test_a_torn_end_is_told_for_nobody_knows_what_it_was():
    assert whats(stored(LINES[:3] + [LINES[3][:50]])) == [
        (4, "a line without an end, whose write was cut short")
    ]


def test_a_ledger_of_many_power_cuts_holds():
    disk = Disk(seed=5)
    written = 0
    while written < 8:
        journal = Journal(disk, 1200)
        written = journal.last_seq()
        disk.cut_at_write(2)
        try:
            for seq in range(written + 1, 9):
                journal.append(seq, RECORDS[seq - 1])
        except PowerCut:
            disk.power_on()
    assert audit(disk) == {"holds": True, "records": 8, "problems": []}
