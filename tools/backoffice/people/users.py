"""Makes users of the pages and sets their passwords.

It does not know how a password is asked for.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tools.backoffice.errors import OfficeError


def set_user(name: str, password: str) -> bool:
    """Give the user of that name a password and return whether the user is new. Raises OfficeError."""
    user, new = _find_or_begin(name)
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise OfficeError(" ".join(problem.messages)) from problem
    user.set_password(password)
    user.save()
    return new


def provide_user(name: str) -> None:
    """Make a user who can log in by a link alone, where there is none of that name. Raises OfficeError."""
    user, new = _find_or_begin(name)
    if new:
        user.set_unusable_password()
        user.save()


def _find_or_begin(name: str) -> tuple[Any, bool]:
    """Return the user of that name and whether it is new, which is then not saved yet."""
    model = get_user_model()
    user = model.objects.filter(username=name).first()
    if user is not None:
        return user, False
    try:
        model.username_validator(name)
    except ValidationError as problem:
        raise OfficeError(" ".join(problem.messages)) from problem
    return model(username=name, is_staff=True), True
