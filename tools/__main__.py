"""The `kilotap` command: finds the command that was asked for and turns every failure into one clear line.

It does not know what any command does; a command's module is loaded only when it is called.
"""

import errno
import importlib
import importlib.metadata
import os
import sys
import traceback
from pathlib import Path

import click

from emulator.errors import BenchError, ScenarioError
from firmware import errors
from tools.setup.ground import SetupError

COMMANDS = {
    "run": "run the terminal",
    "demo": "play with an emulated charger in the browser",
    "simulate": "play a scenario in one process with virtual time",
    "bench": "play a scenario over real wires with a separate terminal",
    "soak": "play years of terminals' lives from a seed, with faults",
    "office": "the operator's back office",
    "ledger": "read and check a terminal's ledger",
    "key": "give a terminal another key, and tell which keys it had",
    "receipt": "show a receipt, as text, page or PDF",
    "verify": "verify a receipt, a record, a ledger or an OCMF value",
    "price": "price a charging session under a tariff, exactly",
    "tariff": "check a tariff before anybody charges by it",
    "meter": "find, read, watch, record and exchange energy meters",
    "card": "look at cards, bring lists of them into one form, issue secure ones",
    "benchmark": "measure against the yardsticks",
}
# Errors of writing; where they name no file it was mostly the standard output.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
DONE, DOES_NOT_HOLD, NOT_DONE, INTERRUPTED = 0, 1, 2, 130
# What is not installed by `make setup`, for it is the project itself.
OURS = ("emulator", "firmware", "hal", "main", "tools")

EXPECTED = (
    click.ClickException,
    ScenarioError,
    BenchError,
    SetupError,
    *(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)),
)

EXAMPLES = """\b
Examples:
  kilotap demo
  kilotap simulate tests/scenarios/evening.toml
  kilotap bench tests/scenarios/evening.toml --interpreter micropython --json -
  kilotap ledger check /var/lib/kilotap/ledger
  kilotap verify receipt.jws --key terminal.jwk
  kilotap price --tariff tariff.json --cdr cdr.json --explain

\b
Exit codes: 0 done and it holds, 1 done and it does not hold, 2 could not be done.
"""


class Commands(click.Group):
    """A group whose members are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"tools.commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the table above, so that asking for help loads nothing."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(importlib.metadata.version("kilotap"), message="kilotap %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error arose; may stand anywhere in the line.")
def kilotap(debug: bool) -> None:
    """The payment terminal of an EV charger, its emulator, and the tools beside it."""


def main(words: list[str] | None = None) -> int:
    """Run one command line and return the exit code."""
    _open_closed_streams()
    words = sys.argv[1:] if words is None else words
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if not words:
        words = ["--help"]
    try:
        code = kilotap.main(words, prog_name="kilotap", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter's own flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        for line in sentences(error):
            say(line)
        return NOT_DONE


def _open_closed_streams() -> None:
    """Put the null device where whoever called closed a stream, or the next file had its descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for as long as the process


def sentences(error: Exception) -> list[str]:
    """Return what to tell the user of an error, a line for each problem."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return [error.format_message(), f"see: {error.ctx.command_path} --help"]
    if isinstance(error, click.ClickException):
        return [error.format_message()]
    if isinstance(error, OSError) and error.strerror:
        where = error.filename or ("what was written is not whole" if error.errno in FULL else "")
        return [f"{where}: {error.strerror}" if where else error.strerror]
    if isinstance(error, EXPECTED):
        problems = getattr(error, "problems", None)
        return [str(problem) for problem in problems] if problems else [str(error)]
    if isinstance(error, ImportError) and error.name and error.name.partition(".")[0] not in OURS:
        return [f"the Python package of {error.name} is missing or too old here: {error}", "run: make setup"]
    return [
        f"sorry, this should not have happened: {type(error).__name__}: {error}",
        "add --debug to see where",
    ]


def say(line: str) -> None:
    """Tell the user one thing, on stderr: stdout is for results."""
    print(f"kilotap: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
