"""Proves that records are found on storage in blocks just as in a segment that is read whole."""

from emulator.models.disk import Memory
from firmware.errors import LedgerError
from firmware.ledger import segment, spans
from tests.firmware.ledger import pen
from tests.portable import raises

# Shorter than a block, some blocks long, and with a number that stands in a text as well.
RECORDS = [pen.Pen(seq).write("fault", what='says "seq":7' * (seq * seq)) for seq in range(1, 13)]
CONTENT = b"".join([segment.encode_line(record) for record in RECORDS])


def both(content):
    """Return what blocks tell of a segment, and what the scan of all its bytes tells."""
    storage = Memory()
    storage.append("a", content)
    found, expected = [], []
    for seq, span, what, at, following in spans.each(storage, "a"):
        assert at < following <= len(content) + 1
        found.append((at, spans.text(storage, span) if span else None, what))
        if span:
            assert seq == segment.seq_of(spans.text(storage, span))
    for item in segment.scan(content):
        expected.append(item[:3])
    return found, expected


def test_undamaged_records_are_found_as_in_the_whole_segment():
    found, expected = both(CONTENT)
    assert found == expected and [item[1] for item in found] == RECORDS
    assert both(b"") == ([], [])


def test_damage_at_any_place_is_told_as_in_the_whole_segment():
    content = b"".join([segment.encode_line(record) for record in RECORDS[:4]])
    for at in range(0, len(content), 7):
        for byte in (content[at] ^ 1, 0x0A, 0x20, 0xFF):
            damaged = bytearray(content)
            damaged[at] = byte
            found, expected = both(bytes(damaged))
            assert found == expected, (at, byte)


def test_a_line_that_is_cut_short_is_told_as_in_the_whole_segment():
    content = b"".join([segment.encode_line(record) for record in RECORDS[2:6]])
    for size in range(0, len(content), 5):
        found, expected = both(content[:size])
        assert found == expected, size


def test_lines_that_lost_their_newline_or_have_too_many_are_told_apart():
    lines = [segment.encode_line(record) for record in RECORDS[:6]]
    for content in (
        lines[0][:-1] + lines[5] + lines[1],
        b"\n\n" + lines[4] + b"\n" + lines[1],
        lines[5][:-1] + lines[4][:-1] + lines[3] + b"junk \n" + lines[2],
    ):
        found, expected = both(content)
        assert found == expected, content


def test_what_went_away_after_it_was_found_is_told():
    storage = Memory()
    storage.append("a", CONTENT)
    found = [span for _, span, _, _, _ in spans.each(storage, "a")]
    assert b"".join(spans.blocks(storage, found)).decode().split("\n")[:-1] == RECORDS
    assert max([len(block) for block in spans.blocks(storage, found)]) <= spans.BLOCK_BYTES + 1
    storage.remove("a")
    raises(LedgerError, list, spans.blocks(storage, found))
