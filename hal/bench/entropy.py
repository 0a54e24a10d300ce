"""Randomness of the bench board: the kernel's generator, seeded from the hardware.

It knows nothing of its own; boards have the same file names.
"""

from hal.common.urandom import Entropy

__all__ = ["Entropy"]
