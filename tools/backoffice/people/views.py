"""The page that logs in, and the one behind a login link.

It does not know what is seen after it.
"""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tools.backoffice.people.forms import LoginForm
from tools.backoffice.people.links import use_link


class LoginPage(LoginView):
    """Asks for name and password; who guesses too often is told how long to wait (RFC 6585, 4)."""

    template_name = "people/login.html"
    form_class = LoginForm

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        """Show the form again."""
        response = super().form_invalid(form)
        if form.wait_minutes:
            response.status_code = 429
            response["Retry-After"] = 60 * form.wait_minutes
        return response


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
