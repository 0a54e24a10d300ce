"""Proves that old records go whole segments at a time, delivered ones alone, and never the newest."""

from emulator.models.disk import Memory
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from firmware.pricing import calendar
from firmware.terminal import retention
from tests.firmware.ledger import pen

DAY_S = 86400
BEGAN_S = 1774717140


def written(days, at=calendar.format_utc):
    """Return a storage with a record a day, three of them a segment, and its journal."""
    storage = Memory()
    journal = Journal(storage, 1500)
    writer = pen.Pen()
    for day in range(days):
        moment = at(BEGAN_S + day * DAY_S)
        journal.append(day + 1, writer.write(fault="meter", what="record of a day", at=moment))
    return storage, journal


def begins(storage):
    return [segment.first_seq(name) for name in segment.each(storage)]


def test_what_is_delivered_and_old_goes_and_the_rest_stays():
    storage, journal = written(30)
    before = begins(storage)
    outbox = Outbox(journal, 30)
    now_s = BEGAN_S + 30 * DAY_S
    assert retention.remove(storage, outbox, now_s, 90) == 0
    removed = retention.remove(storage, outbox, now_s, 20)
    assert removed > 0 and begins(storage) == before[removed:]
    # The segment that is oldest now holds a record of the last twenty days.
    assert begins(storage)[1] > 30 - 20 >= begins(storage)[0] - 1
    assert retention.remove(storage, outbox, now_s, 20) == 0


def test_what_the_office_lacks_stays_however_old_it_is():
    storage, journal = written(30)
    first = begins(storage)
    outbox = Outbox(journal, first[2] - 1)
    assert retention.remove(storage, outbox, BEGAN_S + 5000 * DAY_S, 1) == 2
    assert begins(storage) == first[2:]


def test_the_newest_two_segments_stay_however_old_they_are():
    storage, journal = written(30)
    retention.remove(storage, Outbox(journal, 30), BEGAN_S + 5000 * DAY_S, 1)
    assert len(begins(storage)) == 2 and journal.last_seq() == 30


def test_records_that_know_no_time_are_as_old_as_nobody_knows():
    storage, journal = written(30, lambda utc_s: None)
    assert retention.remove(storage, Outbox(journal, 30), BEGAN_S + 5000 * DAY_S, 1) == 0
