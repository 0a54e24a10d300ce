"""Names the exceptions that the emulator raises on purpose.

It does not know who catches them.
"""


class ScenarioError(Exception):
    """A scenario that cannot be played; `problems` lists every reason with its line."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


class BenchError(Exception):
    """A bench that cannot be set up or lost a part: a program, a reader, a port."""
