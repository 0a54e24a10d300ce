"""Brings lines to an office that takes only so many at once; no ledger, no signature, virtual time."""

from emulator.models.link import Link
from emulator.models.prng import Prng
from emulator.simulation.kernel import Kernel
from firmware.session import events
from firmware.terminal.uploader import Uploader


class Config:
    """The settings of the uplink."""

    id = "KT-0001"
    office_url = "http://office"
    enrol_code = ""
    office_timeout_ms = 10000
    upload_batch = 50
    upload_retry_s = 300
    upload_idle_s = 900


class Life:
    """A board whose parts the uploader uses, over a kernel; it is `clock`, `tasks` and `network` alike."""

    signer = None

    def __init__(self, answer):
        self.kernel = Kernel()
        self.tasks = self.kernel
        self.clock = self
        self.entropy = self
        self.network = Link(Prng(1, "link"), answer).network(self)

    def random(self, count):
        """Return the longest of pauses."""
        return b"\xff" * count

    def sleep_ms(self, duration_ms):
        """Let virtual time pass."""
        return self.kernel.sleep_ms(duration_ms)

    def ticks_ms(self):
        """Return the virtual time."""
        return self.kernel.now_ms

    def elapsed_ms(self, since_ms):
        """Return what passed since then."""
        return self.kernel.now_ms - since_ms

    def check(self):
        """Have power always."""


class Lines:
    """An outbox of numbered lines; `told` is what the terminal hears of the uplink."""

    def __init__(self, last):
        self.acknowledged = 0
        self.batch_seq = 1
        self.last = last
        self.told = []

    def pending(self):
        """Return how many the office lacks."""
        return self.last - self.acknowledged

    def batch(self, max_records, max_bytes):
        """Return the next of them, each as the span of a segment in which all numbers have four digits."""
        first = self.batch_seq = self.acknowledged + 1
        return [("", number, 4) for number in range(first, min(self.last, first + max_records - 1) + 1)]

    def gap(self):
        """Say that nothing lacks."""

    def blocks(self, batch):
        """Yield them in blocks of half a line."""
        for _name, number, _size in batch:
            line = b"%04d" % number
            yield line[:2]
            yield line[2:] + b"\n"

    def acknowledge(self, next_seq):
        """Go on from there."""
        self.acknowledged = next_seq - 1

    def post(self, event):
        """Be the inbox."""
        self.told.append(event)


def faults(lines):
    """Return what the terminal was told is wrong."""
    return [facts["what"] for kind, facts in lines.told if kind == events.FAULT]


def delivered(lines, most, limit_ms):
    """Let an uploader deliver to an office that takes `most(request)` lines; return the requests' sizes."""
    sizes = []

    def answer(head, body):
        sizes.append(body.count(b"\n"))
        if sizes[-1] > most(len(sizes)):
            return b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n"
        content = b'{"next_seq":%d}' % (int(body.split(b"\n")[-2]) + 1)
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(content), content)

    life = Life(answer)
    uploader = Uploader(life, Config, None, lines, lines, lambda: None, dict)
    life.kernel.spawn(uploader.run())
    life.kernel.run_until(lambda: not lines.pending() or life.kernel.now_ms > limit_ms)
    return sizes


def uploaded(lines, told_next, limit_ms):
    """Let an uploader deliver to an office that answers each request with the next of these numbers."""
    asked = []

    def answer(head, body):
        asked.append(int(body.split(b"\n")[0]))
        content = b'{"next_seq":%d}' % told_next[min(len(asked), len(told_next)) - 1]
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(content), content)

    life = Life(answer)
    life.kernel.spawn(Uploader(life, Config, None, lines, lines, lambda: None, dict).run())
    life.kernel.run_until(lambda: life.kernel.now_ms > limit_ms or not lines.pending())
    return asked


def test_an_office_that_lost_records_gets_them_at_once_and_that_is_no_fault():
    lines = Lines(9)
    lines.acknowledged = 7
    assert uploaded(lines, [3, 10], 1000) == [8, 3]
    assert not lines.pending() and not faults(lines)


def test_an_office_that_goes_back_again_and_again_is_told_and_called_less_and_less():
    lines = Lines(9)
    lines.acknowledged = 7
    asked = uploaded(lines, 20 * [5, 3], 60000)
    # A minute holds five tries, with 3, 5, 9 and 17 seconds between them; each goes back once, or raises.
    assert asked[:3] == [8, 5, 3] and len(asked) == 2 + 4 * 4, asked
    assert faults(lines)[0] == "the office goes on asking for record 3"


def test_what_was_not_sent_is_not_taken_for_delivered():
    lines = Lines(100)
    # 50 go at once; whoever claims 80 has them from another ledger.
    assert uploaded(lines, [81, 101], 1000) == [1, 51]


def test_batches_halve_until_they_pass_without_a_pause_and_without_a_fault():
    lines = Lines(60)
    # 50, 25 and 12 are too many, 6 pass; a pause of the back-off alone would be seconds.
    assert delivered(lines, lambda request: 7, 2000)[:5] == [50, 25, 12, 6, 6]
    assert not lines.pending() and not faults(lines)


def test_batches_grow_back_after_eight_that_were_taken():
    lines = Lines(400)
    sizes = delivered(lines, lambda request: 7 if request < 20 else 1000, 60000)
    # What is dared after eight is refused at first and halved again, and taken once the limit is gone.
    assert sizes[3:13] == 8 * [6] + [12, 6] and not lines.pending()
    assert sizes.count(12) == 10 and sizes.count(24) == 8 and sizes[-1] == 16


def test_a_line_that_is_too_large_alone_is_said_in_words_and_tried_again_later():
    lines = Lines(3)
    sizes = delivered(lines, lambda request: 0 if request < 12 else 9, 3600000)
    assert sizes[:4] == [3, 1, 1, 1] and not lines.pending()
    (what,) = faults(lines)
    assert "413" in what and "record 1 alone, 5 bytes" in what and "have the limit raised" in what
