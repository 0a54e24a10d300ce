"""`kilotap run`: runs the terminal in this process, as the device does.

It does not know the terminal; that is main.py.
"""

import click

EXAMPLES = """\b
Examples:
  kilotap run --config /etc/kilotap/terminal.json
  kilotap run --config terminal.json --json
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--config", required=True, type=click.Path(dir_okay=False), help="The settings, JSON with flat keys."
)
@click.option("--json", "as_json", is_flag=True, help="Say as JSON when it is ready to take a card.")
def run(config: str, as_json: bool) -> int:
    """Run the terminal until SIGTERM or Ctrl-C.

    When it is ready to take a card it prints one line: terminal, process, ledger and public key. Told to end,
    it opens the contactor, saves the open session, which the next start closes, and exits with 0; before that
    line a signal ends it at once. Storage that takes nothing, and takes records again, is told on stderr.
    """
    import main

    return main.main([config, "--json"] if as_json else [config])
