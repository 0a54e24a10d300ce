"""Randomness of the ESP32: its hardware generator, which is one only while the radio is on.

It knows no substitute. With the radio off the chip's register goes on giving numbers, but pseudo-random ones
(ESP32 Technical Reference Manual, "Random Number Generator"); so this looks at the radio first, each time.
"""

import network

from firmware.errors import BoardError
from hal.common import urandom


class Entropy(urandom.Entropy):
    """The chip's random generator."""

    def random(self, count: int) -> bytes:
        """Return so many random bytes, or raise BoardError."""
        if not network.WLAN(network.STA_IF).active():
            raise BoardError(
                "entropy: the radio is off, and without it the chip's numbers are not random; turn it on"
            )
        return super().random(count)
