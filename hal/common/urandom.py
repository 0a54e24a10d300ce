"""Randomness by `os.urandom`: the kernel's generator on Linux, the chip's on an ESP32.

It knows no substitute, and not when the source behind it deserves its name: a board says that.
"""

import os

from firmware.errors import BoardError


class Entropy:
    """The system's random generator."""

    def random(self, count: int) -> bytes:
        """Return so many random bytes, or raise BoardError."""
        try:
            content = os.urandom(count)
        except OSError as error:
            raise BoardError("entropy: the system gives no random bytes (%s); it cannot make keys" % error)
        if len(content) != count:
            raise BoardError("entropy: the system gave fewer random bytes than were asked for")
        return content
