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

    When it is ready to take a card it prints one line: terminal, process, ledger and public key. An open
    session survives the end and is closed at the next start.
    """
    import main

    return main.main([config, "--json"] if as_json else [config])
