"""What every browser gets: the policy that forbids foreign content, and the files that pages are drawn with.

It does not know any page.
"""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

STATIC = Path(__file__).parent / "static"
ASSETS = {"office.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class ContentPolicy:
    """Adds Content-Security-Policy to every answer without its own; there is no script, so none may run."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        return response


@login_not_required
@require_safe
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Send one of our own files; a browser asks again with its ETag."""
    if name not in ASSETS:
        raise Http404
    response = HttpResponse((STATIC / name).read_bytes(), content_type=ASSETS[name])
    response["Cache-Control"] = "no-cache"
    return response
