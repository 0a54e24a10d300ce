"""Randomness of the Linux board: the kernel's generator, seeded from the hardware.

It knows no substitute.
"""

import os

from firmware.errors import BoardError


class Entropy:
    """The kernel's random generator."""

    def random(self, count: int) -> bytes:
        """Return so many random bytes, or raise BoardError."""
        try:
            content = os.urandom(count)
        except (OSError, NotImplementedError) as error:
            raise BoardError(
                f"entropy: the kernel gives no random bytes ({error}); run a kernel with getrandom(2)"
            )
        if len(content) != count:
            raise BoardError("entropy: the kernel gave fewer random bytes than were asked for")
        return content
