"""Proves that whatever storage does to the ledger, nothing intact is hidden and all damage is named."""

import binascii

from emulator.models.disk import Memory
from emulator.models.prng import Prng
from firmware.crypto import canonical, jose
from firmware.ledger import segment
from tests.firmware.ledger import pen

RECORDS = pen.records(4)
CONTENT = b"".join([segment.encode_line(compact) for compact in RECORDS])


def found(items):
    return [item[1] for item in items if item[1] is not None]


def damage(items):
    return [(item[0], item[3]) for item in items if item[2] is not None]


def test_a_line_is_checksum_blank_record_newline():
    # The CRC-32 of "123456789" is the check value of its catalogue entry (CRC-32/ISO-HDLC).
    assert segment.encode_line("123456789") == b"cbf43926 123456789\n"


def test_lines_come_back_with_their_offsets():
    items = list(segment.scan(CONTENT, 1000))
    assert found(items) == RECORDS and damage(items) == []
    offset = 1000
    for item in items:
        assert item[0] == offset
        offset = item[3]
    assert offset == 1000 + len(CONTENT)


def test_a_flipped_bit_anywhere_hides_at_most_its_own_record():
    for position in range(len(CONTENT)):
        damaged = bytearray(CONTENT)
        damaged[position] ^= 1
        items = list(segment.scan(bytes(damaged)))
        hit = CONTENT.count(b"\n", 0, position)
        others = RECORDS[:hit] + RECORDS[hit + 1 :]
        # A newline that is hit joins two lines, and both records are found.
        expected = RECORDS if CONTENT[position] == 10 else others
        assert found(items) == expected, position
        assert len(damage(items)) >= 1, position


def test_a_newline_may_become_any_byte_and_both_records_are_found():
    for place in range(len(CONTENT)):
        if CONTENT[place] != 10:
            continue
        for byte in range(256):
            damaged = bytearray(CONTENT)
            damaged[place] = byte
            assert found(segment.scan(bytes(damaged))) == RECORDS, (place, byte)


def test_noise_that_begins_with_a_record_s_newline_hides_no_record_before_it():
    line = segment.encode_line(RECORDS[0])[:-1]
    for noise in (b" ", b"\0" * 300, b"A" * 90, b".", b" deadbeef ", b"0badcafe A.B.C ", b"\0" * 40000):
        for rest in (b"", b"!\n", b"\n" + CONTENT):
            memory = Memory()
            memory.append("a", line + noise + rest)
            items = list(segment.stream(memory, "a"))
            assert found(items) == [RECORDS[0]] + (RECORDS if rest.endswith(CONTENT) else []), (noise, rest)
            assert items[0][3] == len(line) and damage(items)[0][0] == len(line)


def test_a_cut_anywhere_leaves_all_lines_before_it():
    for size in range(len(CONTENT)):
        items = list(segment.scan(CONTENT[:size]))
        whole = CONTENT[:size].count(b"\n") + (CONTENT[size : size + 1] == b"\n")
        assert found(items) == RECORDS[:whole], size
        torn = size - CONTENT[:size].rfind(b"\n") - 1
        assert damage(items) == ([] if torn == 0 or CONTENT[size] == 10 else [(size - torn, size)]), size


def test_a_line_without_its_end_is_left_for_later_unless_the_segment_ends():
    line = segment.encode_line(RECORDS[0])
    assert list(segment.scan(line[:-1], 0, False)) == []
    assert found(segment.scan(line[:-1], 0, True)) == [RECORDS[0]]


def test_a_half_line_glued_to_a_whole_one_does_not_hide_it():
    for size in range(1, 40):
        glued = CONTENT[:size] + segment.encode_line(RECORDS[1])
        items = list(segment.scan(glued))
        assert found(items) == [RECORDS[1]], size
        assert damage(items) == [(0, size)]


def test_any_bytes_are_read_without_an_exception():
    prng = Prng(3)
    for _ in range(100):
        noise = prng.random_bytes(prng.below(60)) + b"\n" * prng.below(2) + b" " * prng.below(12)
        content = noise + b"\n" + CONTENT
        items = list(segment.scan(content))
        assert found(items) == RECORDS
    assert list(segment.scan(b"\n\n\n")) == []


def test_a_true_checksum_over_foreign_bytes_is_still_no_record():
    content = b"\xff\xfe"
    line = b"%08x %s\n" % (binascii.crc32(content), content)
    assert found(segment.scan(line)) == [] and damage(segment.scan(line)) == [(0, len(line))]
    upper = segment.encode_line(RECORDS[0])
    assert found(segment.scan(upper[:8].upper() + upper[8:])) == []


def test_a_stream_gives_what_a_scan_gives():
    memory = Memory()
    content = CONTENT + b"broken\n" + CONTENT * 3 + CONTENT[:-30]
    memory.append("a", content)
    assert list(segment.stream(memory, "a")) == list(segment.scan(content))
    offset = len(segment.encode_line(RECORDS[0]))
    assert list(segment.stream(memory, "a", offset)) == list(segment.scan(content[offset:], offset))


class Counted(Memory):
    """Remembers the largest read."""

    largest = 0

    def read(self, name, offset=0, count=None):
        assert count is not None
        self.largest = max(self.largest, count)
        return super().read(name, offset, count)


def test_endless_garbage_is_read_in_blocks_and_hides_nothing_around_it():
    for noise in (b"\0", b" ", b"deadbeef ", b"x" * 100 + b" "):
        memory = Counted()
        size = len(noise)
        memory.append("a", CONTENT + noise * (50000 // size) + CONTENT)
        items = list(segment.stream(memory, "a"))
        assert found(items) == RECORDS + RECORDS, noise
        assert damage(items) != []
        assert memory.largest <= 2048


def test_the_longest_record_is_read():
    payload = b"x" * 12000
    compact = pen.seal_bytes(payload)
    assert 16000 < len(compact) <= jose.MAX_COMPACT_BYTES
    memory = Memory()
    memory.append("a", segment.encode_line(compact) + CONTENT)
    assert found(segment.stream(memory, "a")) == [compact] + RECORDS


def test_names_sort_as_their_records_do():
    memory = Memory()
    for blob in (
        "ledger-0000000100.log",
        "ledger-0000000002.log",
        "checkpoint-a",
        "ledger-1.log",
        "ledger-x.log",
    ):
        memory.append(blob, b"x")
    first, last = segment.name(2), segment.name(100)
    assert list(segment.each(memory)) == [first, last]
    assert segment.oldest(memory) == first and segment.newest(memory) == last
    assert segment.oldest(memory, first) == last and segment.newest(memory, last) == first
    assert segment.oldest(memory, last) is None and segment.newest(memory, first) is None
    # A name need not be there to be gone on from.
    assert segment.oldest(memory, segment.name(50)) == last
    assert segment.newest(memory, segment.name(50)) == first
    assert segment.first_seq(last) == 100


def test_the_sequence_number_is_read_without_being_fooled():
    for members, expected in (
        ({"seq": 41}, 41),
        ({"seq": 41, "what": 'says "seq":7,'}, 41),
        ({"seq": 41, "a": {"seq": 7}, "z": [{"seq": 9}]}, 41),
        ({"kind": "x"}, None),
        ({"seq": "41"}, None),
        ({"seq": None}, None),
        ({"seq": 0}, None),
        ({"seq": -1}, None),
        ({"seq": True, "a": {"seq": 1}}, None),
    ):
        compact = pen.seal_bytes(canonical.encode(members))
        assert segment.seq_of(compact) == expected, members
    for text in ("", "a.b.c", "a..c", "no dots", "a.####.c", pen.seal_bytes(b'[{"seq":1},{"seq":2}]')):
        assert segment.seq_of(text) is None, text


def test_a_number_is_found_wherever_its_member_begins_and_nothing_else_is_taken_for_it():
    # Of 1 to 15 digits, behind any number of bytes up to beyond a piece, beside names that end alike.
    for before in list(range(20)) + list(range(340, 380)) + list(range(700, 724)):
        number = 10 ** (before % 15) + before % 10
        members = {
            "a": "x" * before,
            "bseq": 5,
            "kinds": "seq",
            "rseq": 6,
            "seq": number,
            "text": '"seq"' + "y" * (700 - before % 700),
        }
        assert segment.seq_of(pen.seal_bytes(canonical.encode(members))) == number, before
        # Two of them, one within a member: only a reader of JSON can tell which is the record's.
        members["nested"] = {"seq": 8}
        assert segment.seq_of(pen.seal_bytes(canonical.encode(members))) == number, before
