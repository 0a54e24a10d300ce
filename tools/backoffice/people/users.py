"""Makes users of the pages and sets their passwords.

It does not know how a password is asked for.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tools.backoffice.errors import OfficeError


def set_user(name: str, password: str) -> bool:
    """Give the user of that name a password and return whether the user is new. Raises OfficeError."""
    model = get_user_model()
    user = model.objects.filter(username=name).first() or model(username=name)
    try:
        model.username_validator(name)
        validate_password(password, user)
    except ValidationError as problem:
        raise OfficeError(" ".join(problem.messages)) from problem
    new = user.pk is None
    user.is_staff = True
    user.set_password(password)
    user.save()
    return new
