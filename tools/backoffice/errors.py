"""The one error of the back office that people read: something that could not be done, and the mend.

It does not know who prints it.
"""


class OfficeError(Exception):
    """A reason for which the back office refuses, in a sentence that names the mend."""


class NotPossible(OfficeError):
    """An order that is not made; `problems` lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))
