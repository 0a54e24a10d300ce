"""An office that sees each request whole, where a story puts something before the office or in its place.

It does not know what it answers: `answer(head, body)` is the story's own.
"""


class Whole:
    """The office of `emulator.models.link`, made of one function."""

    def __init__(self, answer):
        self._answer = answer
        self._head = b""
        self._body = b""

    def begin(self, head):
        """Take the head of a request."""
        self._head, self._body = head, b""

    def piece(self, content):
        """Take a piece of a line of its body."""
        self._body += content

    def line(self):
        """Take the line as ended."""
        self._body += b"\n"

    def end(self):
        """Return the response."""
        return self._answer(self._head, self._body)
