"""Damages what lies on a disk at rest: bytes, a checkpoint, a segment's size, name, place or all of it.

It does not know what the bytes say, nor who has them still.
"""

from firmware.ledger import segment
from firmware.ledger.checkpoint import SLOTS

KINDS = (
    "byte",
    "byte_of_ledger",
    "checkpoints",
    "cut_segment",
    "empty_segment",
    "lost_segment",
    "lost_older_segment",
    "lost_name",
    "block",
    "bytes",
    "run",
    "lost_file",
    "swapped_files",
    "other_name",
    "segment_twice",
    "block_twice",
    "swapped_segments",
    "sector",
)
LARGEST_BLOCK = 2000
# What a flash card or a disk loses at once.
SECTORS_BYTES = (512, 4096)
# Of each record something is left.
LONGEST_RUN = 200
MOST_BYTES = 5


def damage(storage, prng, kind):
    """Damage a storage in one way, at a place that the generator chooses; nothing where there is none."""
    segments = list(segment.each(storage))
    if kind == "byte":
        _flip(storage, prng, sorted(storage.names()))
    elif kind == "byte_of_ledger":
        _flip(storage, prng, segments)
    elif kind == "bytes":
        for _ in range(2 + prng.below(MOST_BYTES - 1)):
            _flip(storage, prng, sorted(storage.names()))
    elif kind in ("lost_file", "swapped_files"):
        others = sorted([name for name in storage.names() if name not in segments])
        if others and kind == "lost_file":
            storage.remove(prng.choice(others))
        elif others:
            _swap(storage, prng.choice(others), prng.choice(others))
    elif kind == "checkpoints":
        for slot in SLOTS:
            _flip(storage, prng, [slot])
    elif kind == "lost_older_segment":
        if segments[:-1]:
            storage.remove(prng.choice(segments[:-1]))
    elif segments and kind == "swapped_segments":
        _swap(storage, prng.choice(segments), prng.choice(segments))
    elif segments:
        _spoil(storage, prng, kind, prng.choice(segments))


def _flip(storage, prng, names):
    """Change one byte of all that these blobs hold."""
    at = prng.below(max(1, sum([storage.size(name) for name in names])))
    for name in names:
        size = storage.size(name)
        if at < size:
            content = bytearray(storage.read(name))
            content[at] ^= 1 + prng.below(255)
            # Nothing ends with NUL: a storage may keep its room behind what it holds.
            content[at] = content[at] or 1
            storage.replace(name, bytes(content))
            return
        at -= size


def _spoil(storage, prng, kind, name):
    content = storage.read(name)
    if kind == "cut_segment":
        storage.replace(name, content[: prng.below(len(content) + 1)])
    elif kind == "empty_segment":
        storage.replace(name, b"")
    elif kind in ("block", "run"):
        at = prng.below(len(content))
        size = min(len(content) - at, 1 + prng.below(LARGEST_BLOCK if kind == "block" else LONGEST_RUN))
        storage.replace(
            name, content[:at] + bytes([1 + prng.below(255) for _ in range(size)]) + content[at + size :]
        )
    elif kind == "sector":
        sector_bytes = prng.choice(SECTORS_BYTES)
        at = prng.below(len(content) + 1) // sector_bytes * sector_bytes
        size = min(len(content) - at, sector_bytes)
        lost = bytes(size) if prng.chance(1, 2) else prng.random_bytes(size)
        lines = content.rstrip(b"\n")
        if at + size > (len(lines) if any(lost) else lines.rfind(b"\n")):
            # Nobody could tell it from a write that was cut short.
            return
        # What ends with NUL is shorter: a storage may keep its room behind what it holds.
        storage.replace(name, (content[:at] + lost + content[at + size :]).rstrip(b"\0"))
    elif kind == "block_twice":
        at = prng.below(len(content))
        end = at + 1 + prng.below(LARGEST_BLOCK)
        storage.replace(name, content[:end] + content[at:])
    elif kind in ("other_name", "segment_twice"):
        if kind == "other_name":
            storage.remove(name)
        storage.replace(segment.name(1 + prng.below(60)), content)
    else:
        storage.remove(name)
        if kind == "lost_name":
            storage.append(name.replace("0", "x", 1), content)


def _swap(storage, one, other):
    content = storage.read(one)
    storage.replace(one, storage.read(other))
    storage.replace(other, content)
