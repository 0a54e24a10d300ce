"""Proves that every durable record is offered until the office has it, in order, and none besides."""

from emulator.models.disk import Memory
from firmware.errors import LedgerError
from firmware.ledger import spans
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from tests.firmware.ledger import pen
from tests.portable import raises

RECORDS = pen.records(12)
PLENTY = 100000


class Counted(Memory):
    """Counts the bytes that are read."""

    read_bytes = 0

    def read(self, name, offset=0, count=None):
        content = super().read(name, offset, count)
        self.read_bytes += len(content)
        return content


def filled(storage=None, count=12, segment_bytes=1500):
    journal = Journal(storage or Memory(), segment_bytes)
    for seq in range(1, count + 1):
        journal.append(seq, RECORDS[seq - 1])
    return journal


def texts(outbox, max_records, max_bytes):
    """Return the records of the next batch, as they are sent."""
    batch = outbox.batch(max_records, max_bytes)
    body = b"".join(outbox.blocks(batch))
    assert len(body) == spans.size_bytes(batch)
    return body.decode().split("\n")[:-1]


def test_batches_go_through_the_ledger_in_order():
    outbox = Outbox(filled())
    sent = []
    while outbox.pending():
        batch = texts(outbox, 5, PLENTY)
        assert 0 < len(batch) <= 5
        sent += batch
        outbox.acknowledge(len(sent) + 1)
    assert sent == RECORDS
    assert texts(outbox, 5, PLENTY) == [] and outbox.acknowledged == 12


def test_a_batch_not_acknowledged_is_offered_again():
    outbox = Outbox(filled(), 3)
    assert texts(outbox, 2, PLENTY) == texts(outbox, 2, PLENTY) == RECORDS[3:5]
    outbox.acknowledge(5)
    assert texts(outbox, 2, PLENTY) == RECORDS[4:6]


def test_bytes_bound_a_batch_but_one_record_always_goes():
    outbox = Outbox(filled())
    size = len(RECORDS[0]) + 1
    assert texts(outbox, 10, 3 * size) == RECORDS[:3]
    assert texts(outbox, 10, 3 * size - 1) == RECORDS[:2]
    assert texts(outbox, 10, 1) == RECORDS[:1]


def test_an_office_that_lost_data_gets_it_again():
    outbox = Outbox(filled(), 12)
    outbox.acknowledge(4)
    assert outbox.pending() == 9
    assert texts(outbox, 100, PLENTY) == RECORDS[3:]


def test_an_office_that_asks_for_the_impossible_is_refused():
    outbox = Outbox(filled(), 5)
    assert "another was uploaded under its key" in str(raises(LedgerError, outbox.acknowledge, 14))
    raises(LedgerError, outbox.acknowledge, 0)
    assert outbox.acknowledged == 5


def test_new_records_are_pending_at_once():
    journal = filled(count=2)
    outbox = Outbox(journal, 2)
    assert outbox.pending() == 0 and texts(outbox, 5, PLENTY) == []
    journal.append(3, RECORDS[2])
    assert outbox.pending() == 1 and texts(outbox, 5, PLENTY) == [RECORDS[2]]


class Failing(Memory):
    """Writes everything and says that it did not."""

    fails = False

    def append(self, name, content):
        super().append(name, content)
        if self.fails:
            raise OSError(5)


def test_a_record_whose_write_failed_is_not_sent():
    storage = Failing()
    journal = filled(storage, 2)
    outbox = Outbox(journal)
    storage.fails = True
    raises(OSError, journal.append, 3, RECORDS[2])
    assert texts(outbox, 9, PLENTY) == RECORDS[:2]
    storage.fails = False
    other = pen.Pen(3, "other").write()
    journal.append(3, other)
    assert texts(outbox, 9, PLENTY) == RECORDS[:2] + [other]
    outbox.acknowledge(3)
    assert texts(outbox, 9, PLENTY) == [other]


def test_a_batch_does_not_read_the_ledger_from_its_beginning():
    storage = Counted()
    outbox = Outbox(filled(storage, segment_bytes=65536))
    texts(outbox, 10, PLENTY)
    outbox.acknowledge(11)
    storage.read_bytes = 0
    assert texts(outbox, 10, PLENTY) == RECORDS[10:]
    # Two records, each read to be proved and once more to be sent.
    assert storage.read_bytes < 5 * len(RECORDS[0])
