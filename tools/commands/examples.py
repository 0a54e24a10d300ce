"""Gives every command of a group the group's examples of it, so that each is written once.

It does not know any command.
"""

import click

HEAD = "\b\nExamples:\n"


class ExampledGroup(click.Group):
    """A group in whose examples every member that has none of its own finds its lines."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a member; one without an epilog gets the lines of the group's that call it."""
        super().add_command(cmd, name)
        called = f"  kilotap {self.name} {name or cmd.name}"
        lines = [line for line in (self.epilog or "").splitlines() if f"{line} ".startswith(f"{called} ")]
        if lines and not cmd.epilog:
            cmd.epilog = HEAD + "\n".join(lines)
