"""The way to the office as a driver of faults: up, down, slow, answers that get lost, connections that break
in mid-answer, a far side that takes nothing more.

It does not know what is sent. What TLS detects shows as it would on a board: a changed byte is a broken
connection.
"""

import errno

from emulator.models.office import body_size

STATES = ("up", "down", "slow", "loses_answers", "corrupts", "stalls")
ROUND_TRIP_MS = 40
SLOW_MS = 4000


class Link:
    """The network between one terminal and the office."""

    def __init__(self, prng, answer, office=None):
        """Take the office's `answer(head, body) -> response`, or one that the story replaces later.

        An `office` takes requests line by line instead, for as long as nobody replaces its answer: it is told
        `begin(head)`, `piece(content)` and `line()`, and gives the response at the `end()`.
        """
        self._prng = prng
        self.answer = self._whole = answer
        self._office = office
        self.state = "up"

    def network(self, life) -> "Network":
        """Return the `Network` port of one life of the terminal."""
        return Network(life, self)

    def desk(self):
        """Return what takes the next request."""
        if self._office and self.answer is self._whole:
            return self._office
        from emulator.models.whole import Whole

        return Whole(self.answer)

    def delay_ms(self) -> int:
        """Return how long one way takes now."""
        return SLOW_MS if self.state == "slow" else ROUND_TRIP_MS

    def cut_of(self, answer: bytes) -> int:
        """Return how much of an answer still arrives."""
        return self._prng.below(len(answer)) if self.state == "corrupts" else len(answer)


class Network:
    """The `Network` port in virtual time."""

    def __init__(self, life, link):
        self._life = life
        self._link = link

    async def connect(self, host, port, ca, timeout_ms):
        """Open a connection, or fail after the time-out when the link is down."""
        if self._link.state == "down":
            await self._life.kernel.sleep_ms(timeout_ms)
            raise OSError(errno.ETIMEDOUT, "no way to %s" % host)
        await self._life.kernel.sleep_ms(self._link.delay_ms())
        self._life.check()
        return Stream(self._life, self._link)


class Stream:
    """The `Stream` port: a request goes in whole, its answer comes out whole or in part."""

    def __init__(self, life, link):
        self._life = life
        self._link = link
        self._head = b""
        # How much of the body is still to come.
        self._left = 0
        self._desk = link.desk()
        self._answer = b""
        self._broken = False

    async def write(self, content, timeout_ms):
        """Send bytes; a complete request is answered by the office at once. A link that stalls takes some
        and never the rest.
        """
        self._check()
        if self._link.state == "stalls":
            await self._life.kernel.sleep_ms(timeout_ms)
            raise OSError(errno.ETIMEDOUT, "nothing sent")
        if not self._left:
            self._head += content
            end = self._head.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            head, content, self._head = self._head[:end], self._head[end:], b""
            self._left = body_size(head)
            self._desk = self._link.desk()
            self._desk.begin(head)
        self._take(content)

    def _take(self, content):
        """Hand the office the lines of the body that are whole, and ask for its answer at the end."""
        self._left -= len(content)
        while content:
            end = content.find(b"\n")
            self._desk.piece(content if end < 0 else content[:end])
            content = b"" if end < 0 else content[end + 1 :]
            if end >= 0:
                self._desk.line()
        if not self._left:
            self._deliver(self._desk.end())

    async def read(self, limit, timeout_ms):
        """Return what arrived of the answer."""
        self._check()
        if not self._answer:
            await self._life.kernel.sleep_ms(timeout_ms)
            raise OSError(errno.ETIMEDOUT, "no answer")
        await self._life.kernel.sleep_ms(self._link.delay_ms())
        content, self._answer = self._answer[:limit], self._answer[limit:]
        return content

    def close(self):
        """End the connection."""
        self._broken = True

    def _deliver(self, answer):
        if self._link.state == "loses_answers":
            return
        cut = self._link.cut_of(answer)
        self._answer = answer[:cut]
        self._broken = cut < len(answer)

    def _check(self):
        self._life.check()
        if self._link.state == "down" or (self._broken and not self._answer):
            raise OSError(errno.ECONNRESET, "the connection broke")
