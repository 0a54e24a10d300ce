"""What is kept about people beside Django's own users: login links.

It does not know how a link is signed.
"""

from django.conf import settings
from django.db import models


class LoginLink(models.Model):
    """A link that logs its user in once; the secret is the signature in the link and is not kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
