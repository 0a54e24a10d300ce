"""Plays a story file on any interpreter: `python -m emulator.simulation STORY.json [DIRECTORY]`, one JSON
event a line on stdout.

It does not know scenario files. With a directory the simulated disk keeps its bytes there instead of in
memory, and the ledger is left to be read by others.
"""

import sys

import firmware.floors
from emulator.simulation import play
from emulator.simulation.craft import PlainCraft
from emulator.simulation.files import Files
from firmware.crypto import canonical


def emit(event: dict) -> None:
    """Print one event."""
    # As bytes: in a small heap a long record is copied no more often than it has to be.
    sys.stdout.buffer.write(canonical.encode(event))
    sys.stdout.buffer.write(b"\n")


def main(arguments: "list[str]", at_end=None) -> int:
    """Play the story and return the exit code; `at_end()` is called while its world is still in memory."""
    backing = Files(arguments[1]) if len(arguments) > 1 else None
    # Nobody holds the story any more once the player has taken from it what it needs.
    player = play.Player(_story(arguments[0]), emit, PlainCraft(backing))
    code = player.run(audited=backing is None)
    if at_end:
        at_end()
    return code


def _story(path: str) -> dict:
    from firmware.crypto import jsontext

    with open(path, "rb") as file:
        return jsontext.parse(file.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
