"""`kilotap office`: serves the operator's back office and does what its pages cannot.

It does not know how anything is done; that is tools/backoffice.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tools.commands import output
from tools.commands.examples import ExampledGroup

if TYPE_CHECKING:
    from tools.backoffice.place import Place

EXAMPLES = """\b
Examples:
  kilotap office serve --port 8443
  kilotap office serve --issuer "Stadtwerke Musterstadt" --issuer "USt-IdNr. DE123456789"
  kilotap office enrol KT-0001
  kilotap office user alice
  kilotap office login-link alice
  kilotap office stats --json
  kilotap office dump KT-0001
  kilotap office keys KT-0001 > register.json
  kilotap office order KT-0001 --file order.toml
  kilotap office orders KT-0001
  kilotap office operator-key > operator.jwk
"""


@click.group(cls=ExampledGroup, epilog=EXAMPLES)
def office() -> None:
    """The operator's back office: records in, receipts to read."""


def at_office(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which office is meant, and hand it a Place and a database URL."""

    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="KILOTAP_OFFICE",
        show_envvar=True,
        help="The office's directory; by default below the user's own data.",
    )
    @click.option(
        "--database",
        metavar="URL",
        envvar="KILOTAP_DATABASE",
        show_envvar=True,
        help="sqlite:///path or postgresql://user:password@host/name; by default SQLite in the directory.",
    )
    @wraps(command)
    def with_place(data: Path | None, database: str | None, **words: Any) -> Any:
        from tools.backoffice.place import Place, default_directory

        with failing_clearly():
            return command(Place(data or default_directory()), database, **words)

    return with_place


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn what the office refuses into one line for people."""
    from tools.backoffice.errors import OfficeError

    try:
        yield
    except OfficeError as problem:
        raise click.ClickException(str(problem)) from problem


def opened(place: "Place", database: str | None) -> None:
    """Make the office's tables usable in this process."""
    from tools.backoffice.start import open_office

    open_office(place, database)


@office.command()
@at_office
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0 takes a free one."
)
@click.option(
    "--name", "names", multiple=True, help="Another name or address that terminals use; may be repeated."
)
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes, 8 threads each."
)
@click.option(
    "--issuer",
    metavar="TEXT",
    multiple=True,
    help="A line of who issues drivers' receipts: name, address, VAT number; repeat for more.",
)
@click.option(
    "--poll-s",
    type=click.IntRange(1, 86400),
    default=60,
    show_default=True,
    help="How often an idle terminal asks for orders.",
)
@click.option("--bench-clock", default="", hidden=True, help="A file with the time of an emulated world.")
@click.option("--json", "as_json", is_flag=True, help="Say as JSON when it is ready.")
def serve(
    place: "Place",
    database: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    workers: int,
    issuer: tuple[str, ...],
    poll_s: int,
    bench_clock: str,
    as_json: bool,
) -> None:
    """Serve over TLS until SIGTERM or Ctrl-C.

    Prints one line when it answers: the address, the certificate that terminals have to trust, the process.
    """
    from tools.backoffice.serve import bind
    from tools.backoffice.serve import serve as serve_office

    def ready(url: str, ca: Path, pid: int) -> None:
        if as_json:
            line = output.json_line({"ready": True, "url": url, "ca": str(ca), "pid": pid})
        else:
            line = f"the office answers at {url}; terminals trust {ca}; it is process {pid}"
        print(line, flush=True)

    orders = {"ORDERS_POLL_S": poll_s, "ORDERS_BENCH_CLOCK": bench_clock}
    serve_office(place, database, bind(host, port), list(names), workers, ready, issuer, orders)


@office.command()
@at_office
@click.argument("terminal")
@click.option(
    "--hours", type=click.IntRange(1, 24 * 30), default=24, show_default=True, help="How long it is good."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def enrol(place: "Place", database: str | None, terminal: str, hours: int, as_json: bool) -> None:
    """Print the code with which a terminal may name its key, once.

    The code is not kept. An older unused code of the terminal ends.
    """
    opened(place, database)
    from tools.backoffice.records.enrolment import invite

    code = invite(terminal, timedelta(hours=hours))
    print(output.json_line({"terminal": terminal, "code": code, "hours": hours}) if as_json else code)


@office.command()
@at_office
@click.argument("name")
@click.password_option(help="Asked for when it is not given here.")
def user(place: "Place", database: str | None, name: str, password: str) -> None:
    """Make a user of the pages, or give one a new password."""
    opened(place, database)
    from tools.backoffice.people.users import set_user

    made = set_user(name, password)
    click.echo(f"{'made' if made else 'changed'} the user {name}", err=True)


@office.command("login-link")
@at_office
@click.argument("name")
@click.option(
    "--url", help="The office's address; by default that of the office that runs on the same directory."
)
@click.option("--new", is_flag=True, help="Make the user, without a password, where there is none.")
def login_link(place: "Place", database: str | None, name: str, url: str | None, new: bool) -> None:
    """Print a link that logs a user in once, within ten minutes."""
    opened(place, database)
    from tools.backoffice.people.links import make_link
    from tools.backoffice.people.users import provide_user

    base = url or place.running_url()
    if base is None:
        raise click.ClickException(
            "no office runs on this directory; start it, or give its address with --url"
        )
    if new:
        provide_user(name)
    print(f"{base.rstrip('/')}/login/{make_link(name)}")


@office.command()
@at_office
@click.argument("terminal", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def stats(place: "Place", database: str | None, terminal: str | None, as_json: bool) -> None:
    """Print how many records are stored, how many came twice, and which one is next.

    With a TERMINAL the JSON is {"stored", "duplicates", "next_seq"}, else {"terminals": {id: the same}}.
    """
    opened(place, database)
    from tools.backoffice.records.export import statistics

    found = statistics(terminal)
    if as_json:
        output.emit(found[terminal] if terminal else {"terminals": found})
        return
    for identity, numbers in found.items():
        stored, duplicates = numbers["stored"], numbers["duplicates"]
        print(f"{identity}: {stored} stored, {duplicates} came twice, next is {numbers['next_seq']}")


@office.command()
@at_office
@click.argument("terminal")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def dump(place: "Place", database: str | None, terminal: str, as_json: bool) -> None:
    """Print a terminal's records as they came, one compact JWS a line, in order.

    With --json: [{"seq", "kind", "at", "clock", "learned_at", "flags", "jws"}]; `learned_at` is when one was
    written that did not know the time, where a later record tells, and null else.
    """
    opened(place, database)
    from tools.backoffice.records.export import compact_records, described_records

    if as_json:
        output.emit(described_records(terminal))
        return
    for compact in compact_records(terminal):
        print(compact)


@office.command()
@at_office
@click.argument("terminal")
def keys(place: "Place", database: str | None, terminal: str) -> None:
    """Print the register of a terminal's keys as JSON: a JWK set, and the records that lead from key to key.

    It serves as a KEY of `kilotap verify` for all receipts of the terminal.
    """
    opened(place, database)
    from tools.backoffice.records.export import register

    output.emit(register(terminal))


@office.command()
@at_office
@click.argument("terminal")
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="What is ordered, in TOML or JSON; docs/orders.md describes it. - is stdin: one JSON text a line.",
)
@click.option("--unjudged", is_flag=True, hidden=True, help="Let an emulated terminal alone judge it.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def order(
    place: "Place", database: str | None, terminal: str, path: Path, unjudged: bool, as_json: bool
) -> None:
    """Order something of a terminal: tariffs, contracts, denied cards, discounts, settings, commands.

    It is checked as the terminal will check it, kept, and signed when the terminal asks, which it does within
    a minute where there is a network. A terminal takes all of an order or nothing, and says so in a record.
    """
    opened(place, database)
    from tools.backoffice.orders import making, operator_key, order_file

    operator_key.provide(place)
    texts = (order_file.parse(line) for line in sys.stdin)
    for changes in texts if str(path) == "-" else [order_file.read(path)]:
        made = making.make(terminal, changes, not unjudged)
        told = {"terminal": terminal, "serial": made.serial, "changes": sorted(made.changes)}
        line = output.json_line(told) if as_json else f"order {made.serial} for {terminal} is ready"
        print(line, flush=True)


@office.command()
@at_office
@click.argument("terminal")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def orders(place: "Place", database: str | None, terminal: str, as_json: bool) -> None:
    """Print a terminal's orders and what became of each, the newest first.

    With --json: {"orders": [{"serial", "state", "seq", "problems", "changes"}]}; `seq` is the record that
    tells it, `state` pending, applied or refused.
    """
    opened(place, database)
    from tools.backoffice.orders import following
    from tools.backoffice.records.export import expect

    expect(terminal)
    found = following.outcomes(terminal)
    if as_json:
        rows = [
            {
                "serial": each.order.serial,
                "state": each.state,
                "seq": each.seq,
                "problems": each.problems,
                "changes": sorted(each.order.changes),
            }
            for each in found
        ]
        output.emit({"orders": rows})
        return
    for each in found:
        told = f" (record {each.seq})" if each.seq else ""
        print(f"{each.order.serial}: {each.state}{told}: {', '.join(sorted(each.order.changes))}")
        for problem in each.problems:
            print(f"   {problem}")


@office.command("operator-key")
@at_office
def operator_key(place: "Place", database: str | None) -> None:
    """Print the public key that signs orders, as a JWK: what a terminal's setting operator_key takes.

    A terminal that enrols with a code learns it then. The private key stays in the office's directory.
    """
    from tools.backoffice.orders.operator_key import provide

    output.emit(provide(place).public())
