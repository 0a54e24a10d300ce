"""The process that a terminal runs in: its number, its heap, its words, its end by a signal, the event loop.

It does not know the terminal. The seam between the interpreters is at the top; below it nobody asks where it
runs.
"""

import asyncio
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

if sys.implementation.name == "micropython":
    import gc

    # Collected this often, what lives long comes to lie together, and room for a whole record stays in one
    # piece. Without it a small heap is soon too scattered, however much of it is free.
    GARBAGE_BYTES = 4096

    def keep_heap_whole() -> None:
        """Collect garbage long before the heap is full."""
        gc.threshold(GARBAGE_BYTES)  # type: ignore[attr-defined]

    def say(line: str) -> None:
        """Write a line to whoever started this process; nothing is held back."""
        sys.stdout.write(line + "\n")

    def pid() -> int:
        """Return the number of this process, or 0 on a board without processes."""
        try:
            import ffi

            return ffi.open(None).func("i", "getpid", "")()
        except ImportError:
            return 0

    def _on_end(cancel: "Callable[[], object]") -> None:
        """MicroPython cannot run a handler between events; the power going away is what its ledger is
        made for.
        """

else:
    import os
    import signal

    AGAIN_S = 0.1

    def keep_heap_whole() -> None:
        """Do nothing: this heap grows."""

    def say(line: str) -> None:
        """Write a line to whoever started this process, at once."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def pid() -> int:
        """Return the number of this process."""
        return os.getpid()

    def _on_end(cancel: "Callable[[], object]") -> None:
        """End in order on SIGTERM, Ctrl-C and a closed window."""
        loop = asyncio.get_running_loop()

        def end() -> None:
            cancel()
            # A wait that ends in the same turn may swallow a cancellation: say it again.
            loop.call_later(AGAIN_S, end)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, end)


def serve(run: "Callable[[], Awaitable[None]]", stop: "Callable[[], None]") -> None:
    """Run the coroutine function `run()` until it ends or the process is told to end, and call `stop()`.

    `stop` may be called twice.
    """

    async def until_told() -> None:
        task = asyncio.current_task()

        def end() -> None:
            stop()
            if task:
                task.cancel()

        _on_end(end)
        try:
            await run()
        finally:
            stop()

    try:
        asyncio.run(until_told())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
