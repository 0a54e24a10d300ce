"""The page on which operators see a terminal's orders and what became of them.

It does not know how an order is made.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tools.backoffice.orders import following
from tools.backoffice.records.models import Terminal
from tools.backoffice.records.pages import flatten


@require_safe
def orders(request: HttpRequest, identity: str) -> HttpResponse:
    """Show a terminal's orders, the newest first."""
    terminal = get_object_or_404(Terminal, pk=identity)
    rows = [
        {"outcome": outcome, "changes": sorted(flatten(outcome.order.changes))}
        for outcome in following.outcomes(identity)
    ]
    facts = {"terminal": terminal, "rows": rows, "refusals": following.refusals(identity)}
    return render(request, "orders/orders.html", facts)
