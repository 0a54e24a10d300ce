"""Links that log in without a password: signed, good for ten minutes, once.

It does not know pages or cookies.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core import signing
from django.utils import timezone

from tools.backoffice.errors import OfficeError
from tools.backoffice.people.models import LoginLink

LINK_LIFE_S = 600
SALT = "office.login-link"


def make_link(name: str) -> str:
    """Return the token of a new link for the user of that name. Raises OfficeError."""
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise OfficeError(f"there is no user {name}; make one with: kilotap office user {name}")
    return signing.dumps(LoginLink.objects.create(user=user).pk, salt=SALT)


def use_link(token: str) -> Any:
    """Return the user whom the token logs in, or None where it is forged, old or used."""
    try:
        key = signing.loads(token, salt=SALT, max_age=LINK_LIFE_S)
    except signing.BadSignature:
        return None
    # One statement decides who was first.
    if not LoginLink.objects.filter(pk=key, used_at=None).update(used_at=timezone.now()):
        return None
    user = LoginLink.objects.select_related("user").get(pk=key).user
    return user if user.is_active else None
