"""Uses a board's storage in a process of its own. It does not know what the test makes of what it says."""

from tests.hal import contract_storage
from tests.hal.drivers.telling import part, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def open_storage(board: str, directory: str) -> "Any":
    """Open the storage of a board; an ESP32's lies on LittleFS in memory."""
    module = part(board, "storage")
    return module.open_storage(directory) if board == "linux" else module.Storage(directory)


def mount_littlefs(blocks: int = 64) -> None:
    """Put a LittleFS into memory, mounted at /flash, as the flash of an ESP32 is."""
    import vfs

    block_bytes = 4096

    class Flash:
        def __init__(self):
            self.content = bytearray(blocks * block_bytes)

        def readblocks(self, block, buffer, offset=0):
            at = block * block_bytes + offset
            buffer[:] = self.content[at : at + len(buffer)]

        def writeblocks(self, block, buffer, offset=0):
            at = block * block_bytes + offset
            self.content[at : at + len(buffer)] = buffer

        def ioctl(self, operation, argument):
            return {4: blocks, 5: block_bytes}.get(operation, 0)

    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/flash")


def storage(board: str, directory: str) -> None:
    """Hold a storage against its contract."""
    if board == "esp32":
        mount_littlefs()
    contract_storage.check(open_storage(board, directory))
    say("holds")


def reopened(board: str, directory: str) -> None:
    """Hold the storage of an earlier process against what it left."""
    contract_storage.check_reopened(open_storage(board, directory))
    say("holds")


def twice(board: str, directory: str) -> None:
    """Open a storage twice."""
    first = open_storage(board, directory)
    try:
        open_storage(board, directory)
    except Exception as error:
        say([type(error).__name__, str(error)])
    first.append("still-mine", b"1")


def missing(board: str, directory: str) -> None:
    """Open a storage that cannot be had."""
    try:
        open_storage(board, directory)
    except Exception as error:
        say([type(error).__name__, str(error)])


def overfill(board: str, directory: str, count: str) -> None:
    """Append blobs until one does not fit, and say what is left; then go on with a small one."""
    if board == "esp32":
        mount_littlefs(16)
    blobs = open_storage(board, directory)
    try:
        while True:
            blobs.append("log", b"x" * int(count))
    except OSError as error:
        say(error.errno)
    left = blobs.size("log")
    say([left % int(count), left > 0, blobs.read("log") == b"x" * left])
    try:
        blobs.replace("slot", b"y" * 2 * int(count) * (left // int(count) + 1))
    except OSError as error:
        say(error.errno)
    say(sorted(blobs.names()))


def full(board: str, directory: str) -> None:
    """Fill a storage whose free bytes were limited."""
    blobs = open_storage(board, directory)
    blobs.append("log", b"12345")
    blobs.limit_free_bytes(8)
    blobs.append("log", b"678")
    for verb in (blobs.append, blobs.replace):
        try:
            verb("log", b"123456")
        except OSError as error:
            say(error.errno)
    say([blobs.read("log").decode(), blobs.free_bytes(), sorted(blobs.names())])


def cut(board: str, directory: str, count: str) -> None:
    """Lose power at a write: first two appends, then two replacements."""
    blobs = open_storage(board, directory)
    blobs.replace("slot", b"old slot")
    blobs.cut_at_write(int(count))
    for content in (b"first;", b"second;"):
        blobs.append("log", content)
        say("appended")
    for content in (b"new slot", b"newer slot"):
        blobs.replace("slot", content)
        say("replaced")
