"""The form that asks for name and password, and counts who guesses.

It does not know what the page looks like.
"""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from tools.backoffice.people import throttle


class LoginForm(AuthenticationForm):
    """Name and password; `wait_minutes` is how long nobody is let through, 0 where somebody may try."""

    wait_minutes = 0

    def clean(self) -> dict[str, Any]:
        """Return what was given when it logs somebody in. Raises ValidationError."""
        name, address = self.cleaned_data.get("username", ""), self.request.META.get("REMOTE_ADDR", "")
        self.wait_minutes = throttle.begin(name, address)
        if self.wait_minutes:
            raise ValidationError("too many failed logins", code="throttled")
        cleaned = super().clean()
        throttle.succeeded(name, address)
        return cleaned
