"""Captures of a meter's line: a line of text for each transmission, with seconds, direction and hex.

`>` goes to the meter, `<` comes from it; an empty answer is silence. The bench writes the same form, and
tests read it.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from emulator.bench.pseudo_terminal import PseudoTerminal
from firmware.errors import MeteringError
from tools import inputs

# A month of an SDM630 each ten seconds.
MOST_BYTES = 100_000_000
# More than thirty years are no recording's.
LONGEST_S = 1e9


@dataclass
class Passage:
    """What passed at one moment."""

    at_s: float
    direction: str
    content: bytes


class Writer:
    """Writes what passes, with the seconds since now, once something came from a meter: a file that was there
    before is not lost to a port that is not.
    """

    def __init__(self, path: Path, head: str) -> None:
        self._path = path
        self._waiting = f"# {head}\n"
        self._file: TextIO | None = None
        self._began_s = time.monotonic()

    def write(self, direction: str, content: bytes | bytearray) -> None:
        """Write a passage. Raises OSError."""
        self._waiting += f"{time.monotonic() - self._began_s:.6f} {direction} {content.hex()}\n"
        if self._file is None and direction == "<" and content:
            self._file = self._path.open("w", encoding="ascii")
        if self._file:
            self._file.write(self._waiting)
            self._file.flush()
            self._waiting = ""

    def close(self) -> None:
        """End the file, where there is one."""
        if self._file:
            self._file.close()


def read(path: str) -> list[Passage]:
    """Return the passages of a capture.

    Raises MeteringError with the line that is none, or for a file in which nobody asks anything; OSError.
    """
    passages = []
    try:
        content = inputs.read(path, MOST_BYTES)
        if len(content) > MOST_BYTES:
            raise MeteringError(f"{path}: it has more than {MOST_BYTES} bytes; cut a part of it out")
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise MeteringError(
            f"{path}: byte {error.start} is no ASCII; a capture has lines of SECONDS, > or <, and HEX"
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        try:
            at_s, direction, content = float(words[0]), words[1], bytes.fromhex("".join(words[2:]))
        except (ValueError, IndexError):
            direction = ""
        # float() also takes inf, nan and 1_0.
        if direction not in (">", "<") or words[0].strip("0123456789.") or at_s > LONGEST_S:
            raise MeteringError(f"{path}, line {number}: it has to be SECONDS, > or <, and HEX")
        passages.append(Passage(at_s, direction, content))
    if not any(passage.direction == ">" for passage in passages):
        raise MeteringError(
            f"{path}: nobody asks a meter anything in it; record one with: kilotap meter record"
        )
    return passages


def exchanges(passages: list[Passage]) -> list[tuple[Passage, bytes]]:
    """Return each request with all that came back before the next."""
    made: list[tuple[Passage, bytes]] = []
    for passage in passages:
        if passage.direction == ">":
            made.append((passage, b""))
        elif made:
            made[-1] = (made[-1][0], made[-1][1] + passage.content)
    return made


class Player:
    """Answers on a pseudo-terminal as the capture did: each request in turn, and again from the beginning."""

    def __init__(self, passages: list[Passage]) -> None:
        self._answers: dict[bytes, list[bytes]] = {}
        for asked, answer in exchanges(passages):
            self._answers.setdefault(asked.content, []).append(answer)
        self._terminal = PseudoTerminal()
        self.path = self._terminal.path

    async def serve(self, seconds: float | None) -> None:
        """Answer for so long, or for ever."""
        self._terminal.listen(self._heard)
        try:
            await asyncio.sleep(seconds if seconds is not None else 10**9)
        finally:
            self._terminal.close()

    def _heard(self, request: bytes) -> None:
        answers = self._answers.get(request)
        if answers:
            answers.append(answers.pop(0))
            self._terminal.send(answers[-1])
