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

    played = Played(CHARGE + [(10800, "wait", "uploaded")], tamper).holds()
    told = [fault for fault in played.of("fault") if fault["fault"] == "uplink"]
    assert len(told) == 1 and "413" in told[0]["what"] and "record 1 alone" in told[0]["what"]
    assert "have the limit raised" in told[0]["what"]
    # It backs off: in three hours at 5 minutes at most between two it is no storm.
    assert 20 < len(sizes) < 200, len(sizes)
    assert len(played.of("session.ended")) == 1
    assert len([record for record in played.of("fault.cleared") if record["fault"] == "uplink"]) >= 1
