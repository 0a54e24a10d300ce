"""Plays stories with an office, or a way to it, that does not behave: it stalls, refuses sizes, forgets."""

from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import CHARGE, clean


def test_a_link_that_takes_nothing_stops_neither_sessions_nor_the_upload_for_good():
    steps = [(0, "link", "stalls")] + CHARGE + [(600, "link", "up"), (1, "wait", "uploaded")]
    receipts, records, result = clean(steps)
    assert len(receipts) == 1 and result["office"]["stored"] == len(records)
    assert result["office"]["duplicates"] == 0


def gate(charger, most, sizes):
    """Put a proxy before the office that takes at most `most[0]` records a request; note the sizes."""
    office = charger.office.answer

    def answer(head, body):
        count = body.count(b"\n")
        sizes.append(count)
        return http("413 Content Too Large", b"<html>") if count > most[0] else office(head, body)

    charger.link.answer = answer


def http(status, body):
    """Return a response."""
    return ("HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n" % (status, len(body))).encode() + body


def test_a_record_that_is_too_large_alone_is_told_and_tried_again():
    sizes, most = [], [0]

    def tamper(charger):
        async def lift():
            await charger.kernel.sleep_ms(3 * 3600 * 1000)
            most[0] = 1000

        gate(charger, most, sizes)
        charger.kernel.spawn(lift())

    # The fault is taken back once it went well for an hour.
    steps = CHARGE + [(10800, "wait", "uploaded"), (7200, "wait", "uploaded")]
    played = Played(steps, tamper).holds()
    told = [fault for fault in played.of("fault") if fault["fault"] == "uplink"]
    assert len(told) == 1 and "413" in told[0]["what"] and "record 1 alone" in told[0]["what"]
    assert "have the limit raised" in told[0]["what"]
    # It backs off: in three hours at 5 minutes at most between two it is no storm.
    assert 20 < len(sizes) < 200, len(sizes)
    assert len(played.of("session.ended")) == 1
    assert len([record for record in played.of("fault.cleared") if record["fault"] == "uplink"]) >= 1


def test_an_office_that_answers_late_fills_no_ledger_with_its_fault():
    # Each answer is that to the request before: nearly every upload fails, and the next one would mend it.
    steps = CHARGE + [(0, "link", "replays")] + CHARGE + [(3 * 86400, "link", "up")] + CHARGE
    played = Played(steps + [(7200, "wait", "uploaded")], lambda charger: None).holds()
    told = [record for record in played.records if record.get("fault") == "uplink"]
    # Taken back after 1, 2, 4, 8, 16, 24 hours: six or seven times in three days.
    assert 1 <= len(told) <= 14, len(told)
    assert played.charger.office.stored == len(played.records)


def believing(played):
    """Return the violations but those which say that the office lacks what it had acknowledged."""
    said = played.result["invariants"]["violated"]
    return [what for what in said if "believes" not in what and "office stored" not in what]


def test_an_office_that_lost_its_newest_records_gets_them_again():
    def tamper(charger):
        async def lose():
            await charger.kernel.sleep_ms(5000)
            backup = charger.office.backup()
            await charger.kernel.sleep_ms(3700 * 1000)
            assert charger.office.next_seq() > backup[0] + 1
            charger.office.restore(backup)

        charger.kernel.spawn(lose())

    # The next record makes the terminal call, and it goes back as far as the office asks.
    played = Played(CHARGE + [(600, "tap", "stolen"), (60, "wait", "uploaded")], tamper)
    assert believing(played) == []
    assert played.result["office"]["next_seq"] == len(played.records) + 1
    assert played.charger.office.stored == len(played.records) and len(played.of("session.ended")) == 1
    assert "uplink" not in [fault["fault"] for fault in played.of("fault")]


def test_an_office_that_claims_what_was_never_written_or_sent_is_not_believed():
    asked = []

    def tamper(charger):
        office = charger.office.answer

        def answer(head, body):
            office(head, body)
            asked.append(lines_of(body))
            # Another ledger was uploaded under this key, and reached further.
            return http("200 OK", b'{"next_seq":%d}' % claimed[0])

        async def learn():
            await charger.kernel.sleep_ms(1800 * 1000)
            believed.append(charger.assembly.outbox.acknowledged)
            charger.link.answer = office

        charger.link.answer = answer
        charger.kernel.spawn(learn())

    # 100 are more than it ever writes here; 4 are there once the session began, and fewer were sent at once.
    for number in (100, 4):
        claimed, believed = [number], []
        del asked[:]
        played = Played(CHARGE + [(600, "wait", "uploaded")], tamper).holds()
        assert played.charger.office.stored == len(played.records)
        told = [fault["what"] for fault in played.of("fault") if fault["fault"] == "uplink"]
        if number == 100:
            assert believed == [0] and len(told) == 1 and "another was uploaded under its key" in told[0]
            assert len(asked) < 60


def lines_of(body):
    """Return how many records a request brings."""
    return body.count(b"\n")
