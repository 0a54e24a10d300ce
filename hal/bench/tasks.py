"""The scheduler of the emulated charger: asyncio, its waits scaled like the clock.

It knows nothing of its own; boards have the same file names.
"""

from hal.common.tasks import Event, Tasks

__all__ = ["Event", "Tasks"]
