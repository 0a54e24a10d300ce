"""Plays one story's steps again and again, so that a heap is tried with a thousand sessions.

It does not know how large the heap is: a run that ends with `played` found it large enough.
"""

from emulator.simulation import play
from emulator.simulation.craft import PlainCraft
from emulator.simulation.files import Files
from firmware.crypto import jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Repeated:
    """Steps without a list of them."""

    def __init__(self, steps: list, count: int):
        self._steps = steps
        self._count = count

    def __iter__(self) -> "Iterator[dict]":
        for _ in range(self._count):
            yield from self._steps


def main(arguments: "list[str]") -> int:
    """Play STORY.json in DIRECTORY, COUNT times its steps."""
    with open(arguments[0], "rb") as file:
        story = jsontext.parse(file.read())
    story["steps"] = Repeated(story["steps"], int(arguments[2]))
    code = play.play(story, lambda event: None, PlainCraft(Files(arguments[1])))
    print("played" if code == 0 else "violated")
    return code
