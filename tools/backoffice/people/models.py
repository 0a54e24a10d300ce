"""What is kept about people beside Django's own users: login links, failed logins.

It does not know how a link is signed, or how many tries are too many.
"""

from django.conf import settings
from django.db import models


class LoginLink(models.Model):
    """A link that logs its user in once; the secret is the signature in the link and is not kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)


class LoginTry(models.Model):
    """A login that failed or is being judged: keyed hashes of the name and of the address."""

    name_mark = models.CharField(max_length=64)
    address_mark = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["name_mark", "at"], name="login_try_of_name"),
            models.Index(fields=["address_mark", "at"], name="login_try_of_address"),
        ]
