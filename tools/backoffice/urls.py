"""All addresses of the office; it knows only who answers."""

from django.urls import include, path

from tools.backoffice.browser import asset
from tools.backoffice.records import api, pages

urlpatterns = [
    path("api/health", api.health),
    path("api/terminals/<str:identity>/enrol", api.enrol),
    path("api/terminals/<str:identity>/records", api.records),
    path("", pages.receipts, name="receipts"),
    path("records", pages.records, name="records"),
    path("records/<str:identity>/<int:seq>", pages.record, name="record"),
    path("terminals", pages.terminals, name="terminals"),
    path("terminals/<str:identity>", pages.terminal, name="terminal"),
    path("assets/<str:name>", asset, name="asset"),
    path("", include("tools.backoffice.people.urls")),
]
