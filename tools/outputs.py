"""Writes files that people name on a command line: whole or not at all, whatever the disk does.

It does not know what is in them.
"""

import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

# The umask takes away what a new file's owner does not want others to have.
_NEW_MODE = 0o666


def write(path: str | Path, content: bytes) -> None:
    """Write one file, as `write_all` does."""
    write_all({Path(path): content})


def try_out(path: str | Path) -> None:
    """Find out before long work whether its result could be written. Raises OSError as `write` would."""
    path = Path(path)
    if not path.exists() or path.is_file() or path.is_dir():
        try:
            _draft(path.resolve(), b"").unlink()
        except OSError as error:
            raise _told(error, path) from error


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files, all of them or none: each is written beside its place first, then they take their places.

    One that is there keeps its permissions, a link leads where it led, and a device or a pipe is written to.
    Raises OSError, which names the file and says what became of it.
    """
    drafts: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, content in contents.items():
            if path.exists() and not path.is_file() and not path.is_dir():
                path.write_bytes(content)
            else:
                drafts.append((_draft(path.resolve(), content), path.resolve()))
        while drafts:
            fresh, path = drafts[0]
            fresh.replace(path)
            drafts.pop(0)
    except OSError as error:
        raise _told(error, path) from error
    finally:
        for fresh, _ in drafts:
            fresh.unlink(missing_ok=True)


def append(path: Path, line: bytes) -> None:
    """Write a line at a file's end, durable, all of it or nothing. Raises OSError, which names the file."""
    try:
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _told(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, f"{error.strerror}{_what_is_there(path)}", str(path))


def _what_is_there(path: Path) -> str:
    # These of os.path answer for a name that is too long, too.
    if os.path.isfile(path):
        return "; what was there is as it was"
    return "" if os.path.exists(path) else "; no such file was made"


def _draft(path: Path, content: bytes) -> Path:
    """Write a content beside a place, with the permissions of the file that is there."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not path.exists():
        return draft(path, content, _NEW_MODE)
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    mode = stat.S_IMODE(path.stat().st_mode)
    fresh = draft(path, content, mode)
    # The umask took some of it away.
    fresh.chmod(mode)
    return fresh


def draft(path: Path, content: bytes, mode: int) -> Path:
    """Write a content beside a place, durable, under a name that nobody else has, and return that; `mode` as
    for open(2). Nothing is left where it fails. Raises OSError.
    """
    fresh = path.with_name(f".kilotap-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh
