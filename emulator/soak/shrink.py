"""Makes a story that fails shorter for as long as it goes on failing in the same way.

It does not know what fails.
"""

import re
from collections.abc import Callable

# Each try is a whole story; what has not become short by then is short enough.
MOST_TRIES = 300

Fails = Callable[[dict], str | None]


def shrink(story: dict, fails: Fails) -> dict:
    """Return the shortest story found of which `fails(story)` says what it says of this one."""
    return _Shrinking(story, fails).result()


def alike(wrong: str | None) -> str | None:
    """Return a violation without its moment and its figures, by which two of one kind are recognised."""
    return None if wrong is None else re.sub(r"\d+", "0", wrong.partition("Z: ")[2] or wrong)


class _Shrinking:
    def __init__(self, story: dict, fails: Fails):
        self._story = story
        self._fails = fails
        self._kind = alike(fails(story))
        self._tries = 0

    def result(self) -> dict:
        while self._tries < MOST_TRIES:
            before = len(self._story["steps"])
            self._drop_steps(True)
            self._drop_steps(False)
            if len(self._story["steps"]) == before:
                break
        self._shorten_waits()
        return self._story

    def _drop_steps(self, keeps_time: bool) -> None:
        """Leave out halves, quarters, … single steps; their time goes to the step after them, or goes too."""
        size = len(self._story["steps"]) // 2
        while size:
            start = 0
            while start < len(self._story["steps"]):
                if not self._try(_without(self._story["steps"], start, size, keeps_time)):
                    start += size
            size //= 2

    def _shorten_waits(self) -> None:
        for place, step in enumerate(self._story["steps"]):
            for after_ms in (0, 1000, 60_000):
                shorter = {**step, "after_ms": after_ms}
                steps = [*self._story["steps"][:place], shorter, *self._story["steps"][place + 1 :]]
                if step["after_ms"] > after_ms and self._try(steps):
                    break

    def _try(self, steps: list[dict]) -> bool:
        if self._tries >= MOST_TRIES or not steps:
            return False
        self._tries += 1
        shorter = {**self._story, "steps": steps}
        if alike(self._fails(shorter)) != self._kind:
            return False
        self._story = shorter
        return True


def _without(steps: list[dict], start: int, size: int, keeps_time: bool) -> list[dict]:
    rest = steps[start + size :]
    if keeps_time and rest:
        lost_ms = sum(step["after_ms"] for step in steps[start : start + size])
        rest = [{**rest[0], "after_ms": rest[0]["after_ms"] + lost_ms}, *rest[1:]]
    return steps[:start] + rest
