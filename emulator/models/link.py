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

    def __init__(self, prng, answer):
        """Take the office's `answer(head, body) -> response`, or one that the story replaces later."""
        self._prng = prng
        self.answer = answer
        self.state = "up"

    def network(self, life) -> "Network":
        """Return the `Network` port of one life of the terminal."""
        return Network(life, self)

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
        self._sent = b""
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
        if not self._head:
            self._sent += content
            end = self._sent.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            self._head, content, self._sent = self._sent[:end], self._sent[end:], b""
        # A body that comes in one piece is not copied: in a small heap it is large.
        self._sent = self._sent + content if self._sent else content
        if len(self._sent) >= body_size(self._head):
            head, body = self._head, self._sent
            self._head = self._sent = b""
            self._deliver(self._link.answer(head, body))

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
