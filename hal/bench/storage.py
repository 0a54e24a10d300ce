"""Storage of the emulated charger: a real directory, with the power cuts and full disks that are ordered.

It does not know the panel.
"""

from hal.bench import posix
from hal.common.directory import DirectoryStorage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Pieces

SIGKILL = 9


class Storage(DirectoryStorage):
    """The directory of the Linux board, and faults."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory, posix, posix.flock)
        self._writes_to_cut = 0
        self._left_bytes: "int | None" = None

    def cut_at_write(self, count: int) -> None:
        """Lose power at the `count`-th write from now: half of its bytes reach the disk. 0 takes it back."""
        self._writes_to_cut = count

    def limit_free_bytes(self, left_bytes: "int | None") -> None:
        """Have only so many bytes left, fewer with each append; None ends the pretence."""
        self._left_bytes = left_bytes

    def append(self, name: str, content: "bytes | Pieces") -> None:
        """Add bytes at the end of a blob, durable on return. Raises OSError, and then nothing changed."""
        super().append(name, content)
        if self._left_bytes is not None:
            self._left_bytes -= len(content)

    def free_bytes(self) -> int:
        """Return how many bytes can still be written."""
        free_bytes = super().free_bytes()
        return free_bytes if self._left_bytes is None else min(free_bytes, self._left_bytes)

    def _write(self, fd: int, content: bytes, offset: int) -> None:
        if self._writes_to_cut:
            self._writes_to_cut -= 1
            if not self._writes_to_cut:
                self._lose_power(fd, content, offset)
        super()._write(fd, content, offset)

    def _lose_power(self, fd: int, content: bytes, offset: int) -> None:
        posix.pwrite(fd, content[: len(content) // 2], offset)
        posix.fsync(fd)
        posix.kill(posix.getpid(), SIGKILL)
