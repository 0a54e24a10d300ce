"""The pages that operators read: receipts, records, terminals.

They do not know how a record came in.
"""

from typing import Any

from django.core.exceptions import BadRequest
from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from firmware.crypto import jose
from firmware.ledger import chain
from firmware.receipts import page, shortcode
from tools.backoffice.records import learned
from tools.backoffice.records.inspection import KINDS
from tools.backoffice.records.models import Alert, Record, Terminal
from tools.backoffice.records.paging import PAGE_ROWS, page_of, place_of
from tools.backoffice.records.receipt_kinds import CORRECTIONS, RECEIPT

WISHES = ("terminal", "kind", "q", "flagged", "before", "after")
# Kinds that name a session, in which alone a search for a number makes sense.
OF_SESSIONS = frozenset(
    kind for kind in KINDS if kind.startswith(("session.", "hold.", "capture.", "refund.", "receipt."))
) - {"session.rejected"}
BY_SESSION = ("session", "id")
NEWEST_ALERTS = 20
# What a receipt's page goes through.
LISTED = ("lines", "vat")


@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """Show the receipts, newest first."""
    return listing(request, "records/receipts.html", kind=RECEIPT)


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Show the records of all kinds, newest first."""
    return listing(request, "records/records.html")


def listing(request: HttpRequest, template: str, **fixed: str) -> HttpResponse:
    """Show a page of what the visitor wishes; what is fixed for all visitors stands in no link."""
    wish = wishes(request)
    rows, keys = chosen({**wish, **fixed})
    page = page_of(rows, keys, wish)
    learned.attach(page.rows)
    facts = {"page": page, "wish": wish, "kinds": sorted(KINDS)}
    return render(request, template, facts)


@require_safe
def record(request: HttpRequest, identity: str, seq: int) -> HttpResponse:
    """Show one record, a receipt as a receipt."""
    found = get_object_or_404(Record.objects.select_related("terminal"), terminal_id=identity, seq=seq)
    payload = found.payload
    learned.attach([found])
    neighbours = Record.objects.filter(terminal_id=identity)
    facts = {
        "record": found,
        "payload": payload,
        "members": sorted(flatten(payload)),
        "flags": found.flags.splitlines(),
        "alerts": Alert.objects.filter(terminal_id=identity, seq=seq, kind=Alert.FORK),
        "before": neighbours.filter(seq__lt=seq).order_by("-seq").values_list("seq", flat=True).first(),
        "after": neighbours.filter(seq__gt=seq).order_by("seq").values_list("seq", flat=True).first(),
    }
    # A terminal may sign what makes no receipt: that is shown as it is.
    is_receipt = found.kind == RECEIPT and all(isinstance(payload.get(name), list) for name in LISTED)
    if is_receipt:
        signature = jose.split(found.compact, chain.RECORD_TYPE)[2]
        facts["code"], facts["page"] = shortcode.of(signature), page.token(signature)
        facts["learned"] = learned.of_receipt(found)
        facts["corrections"] = neighbours.filter(session=found.session, kind__in=CORRECTIONS).order_by("seq")
    return render(request, "records/receipt.html" if is_receipt else "records/record.html", facts)


@require_safe
def terminals(request: HttpRequest) -> HttpResponse:
    """Show the terminals in order of their ids, and what must not have happened."""
    after = wishes(request)["after"]
    found = list(Terminal.objects.filter(pk__gt=after).order_by("pk")[: PAGE_ROWS + 1])
    facts = {
        "terminals": found[:PAGE_ROWS],
        "more_after": found[PAGE_ROWS - 1].pk if len(found) > PAGE_ROWS else None,
        "alerts": Alert.objects.order_by("-id")[:NEWEST_ALERTS],
    }
    return render(request, "records/terminals.html", facts)


@require_safe
def terminal(request: HttpRequest, identity: str) -> HttpResponse:
    """Show one terminal with the register of its keys."""
    found = get_object_or_404(Terminal, pk=identity)
    facts = {
        "terminal": found,
        "keys": found.terminalkey_set.order_by("-from_seq"),
        "alerts": Alert.objects.filter(terminal=found).order_by("-id")[:NEWEST_ALERTS],
    }
    return render(request, "records/terminal.html", facts)


def wishes(request: HttpRequest) -> dict[str, str]:
    """Return what the visitor wants to see, as texts without NUL, which no database takes."""
    wish = {name: request.GET.get(name, "").strip() for name in WISHES}
    if any("\0" in text for text in wish.values()):
        raise BadRequest("a NUL in the address")
    return wish


def chosen(wish: dict[str, str]) -> tuple[QuerySet, tuple[str, ...]]:
    """Return the wanted records and the keys in whose order an index holds them."""
    rows = Record.objects.all()
    if wish["q"] and wish["kind"] and wish["kind"] not in OF_SESSIONS:
        return rows.none(), ("id",)
    if wish["flagged"]:
        # They are few, so their own index serves whatever else is wished.
        rows = beside_index(rows.exclude(flags=""), wish, ("kind", "terminal"))
        if wish["q"]:
            rows = rows.alias(only_session=Concat("session", Value("")))
            rows = rows.filter(only_session__startswith=full_number(wish))
        return rows, ("id",)
    if wish["q"]:
        rows = rows.exclude(session="").filter(begins_with(full_number(wish), wish))
        if wish["kind"]:
            rows = rows.filter(kind=wish["kind"])
        return beside_index(rows, wish, ("terminal",)), BY_SESSION
    if wish["kind"]:
        rows = rows.filter(kind=wish["kind"])
    if wish["terminal"]:
        return rows.filter(terminal_id=wish["terminal"]), ("seq",)
    return rows, ("id",)


def beside_index(rows: QuerySet, wish: dict[str, str], fields: tuple[str, ...]) -> QuerySet:
    """Filter by fields as expressions, which no index serves: what theirs found would have to be sorted."""
    for field in fields:
        if wish[field]:
            rows = rows.alias(**{f"only_{field}": Concat(field, Value(""))})
            rows = rows.filter(**{f"only_{field}": wish[field]})
    return rows


def full_number(wish: dict[str, str]) -> str:
    """Return the beginning of the numbers that are meant; with a terminal chosen its id may be left out."""
    text, identity = wish["q"].upper(), wish["terminal"]
    if not identity or text.startswith(identity.upper()):
        return text
    return f"{identity}-" if identity.upper().startswith(text) else f"{identity}-{text}"


def begins_with(text: str, wish: dict[str, str]) -> Q:
    """Return the condition that a session number begins with a text, so that the index serves it."""
    if connection.vendor != "sqlite":
        return Q(session__startswith=text)
    # LIKE cannot use an index there; a range can. It enters the index at one bound only, which has to be that
    # of the page where there is one: from the other end it would walk over every page between.
    end = text + "\U0010ffff"
    before, after = place_of(BY_SESSION, wish)
    from_start = Q() if after and text <= after[0] < end else Q(session__gte=text)
    to_end = Q() if before and text <= before[0] < end else Q(session__lt=end)
    return from_start & to_end


def flatten(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return a payload as rows of (path, text): `meter.start_wh`, `lines[0].quantity`."""
    if isinstance(value, dict) and value:
        return [pair for key in value for pair in flatten(value[key], f"{path}.{key}" if path else key)]
    if isinstance(value, list) and value:
        return [pair for place, item in enumerate(value) for pair in flatten(item, f"{path}[{place}]")]
    texts = {None: "–", True: "yes", False: "no"}
    plain = texts[value] if value is None or isinstance(value, bool) else str(value)
    return [(path, plain)]
