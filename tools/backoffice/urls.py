"""All addresses of the office; it knows only who answers."""

from django.urls import include, path

from tools.backoffice.browser import asset
from tools.backoffice.orders import api as orders_api
from tools.backoffice.orders import pages as orders_pages
from tools.backoffice.records import api, pages, receipt_pages

urlpatterns = [
    path("api/health", api.health),
    path("api/terminals/<str:identity>/enrol", api.enrol),
    path("api/terminals/<str:identity>/records", api.records),
    path("api/terminals/<str:identity>/orders", orders_api.orders),
    path("", pages.receipts, name="receipts"),
    path("records", pages.records, name="records"),
    path("records/<str:identity>/<int:seq>", pages.record, name="record"),
    path("terminals", pages.terminals, name="terminals"),
    path("terminals/<str:identity>", pages.terminal, name="terminal"),
    path("r/<str:token>", receipt_pages.receipt, name="receipt-page"),
    path("r/<str:token>/receipt.pdf", receipt_pages.receipt_pdf),
    path("r/<str:token>/receipt.jws", receipt_pages.receipt_signed),
    path("r/<str:token>/keys.json", receipt_pages.receipt_keys),
    path("terminals/<str:identity>/orders", orders_pages.orders, name="orders"),
    path("assets/<str:name>", asset, name="asset"),
    path("", include("tools.backoffice.people.urls")),
]
