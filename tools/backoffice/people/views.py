"""The page behind a login link.

It does not know what is seen after it.
"""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tools.backoffice.people.links import use_link


@login_not_required
@never_cache
@require_GET
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """Log the link's user in, once."""
    user = use_link(token)
    if user is None:
        return render(request, "people/link_over.html", status=403)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("receipts")
