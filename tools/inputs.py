"""Reads files that people name on a command line, whatever they turn out to be: bounded in size and in time.

It does not know what should be in them.
"""

import os
import select

import click

# Whoever writes into a pipe may have to be asked for a password first.
PATIENCE_S = 20


def read(path: str, most_bytes: int) -> bytes:
    """Return the bytes of a file, a pipe or a device: one more than `most_bytes` where it has more.

    Raises ClickException where a pipe stays silent, OSError, which names the file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return b"".join(_parts(descriptor, path, most_bytes + 1))
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(descriptor)


def _parts(descriptor: int, path: str, room: int) -> list[bytes]:
    parts = []
    while room:
        if not select.select([descriptor], [], [], PATIENCE_S)[0]:
            raise click.ClickException(
                f"{path}: nobody writes into this pipe, for {PATIENCE_S} s nothing came"
            )
        try:
            part = os.read(descriptor, min(room, 1 << 20))
        except BlockingIOError:
            continue  # Somebody else reads from it, too, and was faster.
        if not part:
            break
        parts.append(part)
        room -= len(part)
    return parts
