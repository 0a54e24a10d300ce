"""The process that a terminal runs in: its number, its heap, its words, its end by a signal, the event loop.

It does not know the terminal. The seam between the interpreters is at the top; below it nobody asks where it
runs.
"""

import asyncio
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

if sys.implementation.name == "micropython":
    import gc

    # Collected this often, what lives long comes to lie together, and room for a whole record stays in one
    # piece. Without it a small heap is soon too scattered, however much of it is free.
    GARBAGE_BYTES = 2048

    def keep_heap_whole() -> None:
        """Collect garbage long before the heap is full."""
        gc.threshold(GARBAGE_BYTES)  # type: ignore[attr-defined]

    def overwrite_freed() -> None:
        """Do nothing: here it is done after each tap (forgetting.py)."""

    def _put(stream: "Any", line: str) -> None:
        # Nothing is held back.
        stream.write(line + "\n")

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
    import resource
    import signal

    AGAIN_S = 0.1
    # Python's own allocator and the C library's per-thread cache keep what is freed as it is; malloc without
    # that cache overwrites it at once (glibc: mallopt(3), M_PERTURB).
    ALLOCATOR = ("PYTHONMALLOC", "malloc")
    TUNABLES = ("GLIBC_TUNABLES", "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0")

    def keep_heap_whole() -> None:
        """Do nothing: this heap grows."""

    def overwrite_freed() -> None:
        """Have memory overwritten as it is freed, and none written to a core file.

        What decides it is read before the first line of a program: the process starts itself anew, once.
        """
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if os.environ.get(ALLOCATOR[0]) == ALLOCATOR[1] and TUNABLES[1] in os.environ.get(TUNABLES[0], ""):
            return
        given = os.environ.get(TUNABLES[0])
        settings = dict(os.environ)
        settings[ALLOCATOR[0]] = ALLOCATOR[1]
        settings[TUNABLES[0]] = f"{given}:{TUNABLES[1]}" if given else TUNABLES[1]
        os.execve(sys.executable, [sys.executable] + sys.orig_argv[1:], settings)  # noqa: S606 - its own words

    def _put(stream: "Any", line: str) -> None:
        # One that was closed before the start is None.
        if stream:
            stream.write(line + "\n")
            stream.flush()

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


def say(line: str) -> None:
    """Write a line to whoever started this process, at once."""
    _tell(sys.stdout, line)


def warn(sentence: str) -> None:
    """Tell one thing on stderr: stdout is for the ready line."""
    _tell(sys.stderr, "kilotap: %s" % sentence)


def _tell(stream: "Any", line: str) -> None:
    try:
        _put(stream, line)
    except OSError:
        # The words lie on a disk that is full, or whoever read them is gone: nobody is charged less for that.
        pass


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
