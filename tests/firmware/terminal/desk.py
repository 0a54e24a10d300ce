"""What a task of the shell finds in these tests: a board in virtual time, and an inbox that somebody empties.

It does not know which task is tried.
"""

from emulator.simulation import board
from emulator.simulation.kernel import Kernel
from firmware.terminal.inbox import Inbox


class Board:
    """The ports that one task asks for, and no other."""

    def __init__(self, kernel, life, reader):
        self.clock = board.Clock(life, board.Wall(kernel, 0))
        self.tasks = kernel
        self.reader = reader


class Desk:
    """A task's surroundings; `told` holds (at_ms, event) for each event that reached the inbox."""

    def __init__(self):
        self.kernel = Kernel()
        self.life = board.Life(self.kernel, None, None)
        self.inbox = Inbox(self.kernel)
        self.told = []

    def board(self, reader=None):
        """Return the board with a reader, where the task has one."""
        return Board(self.kernel, self.life, reader)

    def run(self, *coroutines, until_ms):
        """Run the coroutines side by side for so long, and return what was told."""
        # First in line at its moment: it ends a run in which every job that was spawned has begun.
        end = self.kernel.spawn(self._wait(until_ms))
        for coroutine in (self._listen(),) + coroutines:
            self.kernel.spawn(coroutine)
        self.kernel.run_until(end.done)
        return self.told

    async def _wait(self, duration_ms):
        await self.kernel.sleep_ms(duration_ms)

    async def _listen(self):
        while True:
            event = await self.inbox.take(None)
            self.told.append((self.kernel.now_ms, event))
