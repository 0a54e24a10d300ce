"""The scheduler of the ESP32: asyncio in real time.

It knows nothing of its own; boards have the same file names.
"""

from hal.common.tasks import Event, Tasks

__all__ = ["Event", "Tasks"]
