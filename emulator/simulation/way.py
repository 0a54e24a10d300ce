"""What happens between the link and the office: restarts, a restored backup, requests and answers that come
twice.

It does not know what records say. What it does to requests TLS cannot hinder: proxies and retries do it.
"""

import errno

# Requests come again; an answer is that to the request before; it claims more than was stored.
MISCHIEF = ("repeats", "replays", "claims")
CLAIMED = 3
EVENTS = ("restart", "backup", "restore")


class Way:
    """Stands where the office's answers are asked for; `mischief` is empty or one of MISCHIEF."""

    def __init__(self, charger):
        self._charger = charger
        self._answer = charger.link.answer
        self._backup = charger.office.backup()
        self._is_down = False
        self._earlier = None
        self._answered = None
        self.mischief = ""
        charger.link.answer = self.answer

    def happen(self, event: str) -> None:
        """Restart the office, back it up, or restore what was backed up."""
        if event == "restart":
            self._is_down = True
        elif event == "backup":
            self._backup = self._charger.office.backup()
        else:
            self._restore()

    def _restore(self):
        office = self._charger.office
        if office.next_seq() > self._backup[0]:
            self._charger.had_next_seq = max(self._charger.had_next_seq, office.next_seq())
        office.restore(self._backup)
        self._is_down = True

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return what arrives for a request; OSError where the office has closed the connection."""
        if self._is_down:
            self._is_down = False
            raise OSError(errno.ECONNRESET, "the office closed the connection")
        if self.mischief == "repeats":
            # The request of before arrives once more, late, and this one twice.
            if self._earlier:
                self._answer(*self._earlier)
            self._answer(head, body)
        self._earlier = head, body
        made = self._answer(head, body)
        if self.mischief == "claims" and made.startswith(b"HTTP/1.1 200"):
            return self._claimed(made)
        told, self._answered = self._answered, made
        return told if self.mischief == "replays" and told else made

    def _claimed(self, made):
        """Return an answer by which the office has some records more than it has."""
        next_seq = self._charger.office.next_seq()
        old, new = b'"next_seq":%d' % next_seq, b'"next_seq":%d' % (next_seq + CLAIMED)
        head, _, body = made.partition(b"\r\n\r\n")
        body = body.replace(old, new)
        size = b"content-length: %d" % len(body)
        lines = [size if line.startswith(b"content-length") else line for line in head.split(b"\r\n")]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body
