"""Proves that neither a record nor its way to the office costs more the older the ledger is."""

from emulator.models.disk import Memory
from firmware.crypto import jose
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from tests.firmware.ledger import pen
from tests.firmware.ledger.test_outbox import texts

RECORDS = pen.records(12)


class Aged(Memory):
    """Counts what it is asked for."""

    looks = reads = 0

    def names(self):
        self.looks += 1
        return super().names()

    def read(self, name, offset=0, count=None):
        self.reads += 1
        return super().read(name, offset, count)

    def asked(self):
        """Return (passes over the names, reads) since the last time."""
        told, self.looks, self.reads = (self.looks, self.reads), 0, 0
        return told


def test_the_age_of_a_ledger_costs_nothing():
    # Two thousand segments of one record each, as after years without an office.
    first_seq, segments = 5, 2000
    storage = Aged()
    for seq in range(first_seq, first_seq + segments):
        record = "eyJ9.%s.%s" % (jose.b64url(b'{"kind":"boot","seq":%d,"ticks_ms":0}' % seq), "A" * 86)
        storage.append(segment.name(seq), segment.encode_line(record))
    last_seq = first_seq + segments
    storage.append(segment.name(last_seq), segment.encode_line(pen.Pen(last_seq).write()))
    journal = Journal(storage)
    assert journal.tail()[0] == last_seq and storage.asked() == (1, 2)
    outbox = Outbox(journal, last_seq)
    journal.append(last_seq + 1, pen.Pen(last_seq + 1).write())
    assert len(outbox.batch(5, 5000)) == 1
    outbox.acknowledge(last_seq + 2)
    assert journal.first_seq() == first_seq
    storage.asked()
    # Now it knows where it is: neither a record nor its way to the office looks again.
    for seq in range(last_seq + 2, last_seq + 5):
        journal.append(seq, pen.Pen(seq).write())
        assert len(outbox.batch(5, 5000)) == 1
        outbox.acknowledge(seq + 1)
    looks, reads = storage.asked()
    assert looks == 0 and reads <= 3 * 2
    # A removal looks for the one after the oldest, and whether that is one.
    assert outbox.remove_oldest() and storage.asked() == (1, 1)
    assert journal.first_seq() == first_seq + 1 and storage.asked() == (0, 0)


def test_a_batch_looks_for_a_segment_only_where_one_ends():
    storage = Aged()
    journal = Journal(storage, 1500)
    for seq in range(1, 13):
        journal.append(seq, RECORDS[seq - 1])
    outbox = Outbox(journal)
    begins = [segment.first_seq(name) for name in segment.each(storage)]
    assert texts(outbox, 1, 5000) == RECORDS[:1]
    outbox.acknowledge(2)
    storage.asked()
    for seq in range(2, 13):
        assert texts(outbox, 1, 5000) == [RECORDS[seq - 1]]
        # A batch reads one record ahead: the last of a segment needs the next one, and so does the first.
        passes = (seq + 1 in begins) + (seq in begins)
        assert storage.asked()[0] == passes, seq
        outbox.acknowledge(seq + 1)
