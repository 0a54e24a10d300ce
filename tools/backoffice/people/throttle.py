"""Slows down who guesses passwords: so many failed logins a name, and so many an address, in 15 minutes.

It does not know passwords, pages, or whether there is anybody of that name; it keeps keyed hashes alone, for
people type passwords where the name belongs.
"""

import ipaddress
import math
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tools.backoffice.people.models import LoginTry

WINDOW = timedelta(minutes=15)
# A person who mistypes; a house full of people behind one address.
MOST_OF_NAME = 10
MOST_OF_ADDRESS = 50
# What one subscriber has of IPv6 (RFC 6177).
IPV6_PREFIX = 64


def begin(name: str, address: str) -> int:
    """Count a try, before the password is looked at: so many at once find no gap.

    Returns 0, or the minutes until the next one is let through; then this one was not counted.
    """
    now = timezone.now()
    LoginTry.objects.filter(at__lte=now - WINDOW).delete()
    this = LoginTry.objects.create(name_mark=_of_name(name), address_mark=_of_address(address), at=now)
    wait_minutes = max(
        _wait_minutes(LoginTry.objects.filter(name_mark=this.name_mark), MOST_OF_NAME, now),
        _wait_minutes(LoginTry.objects.filter(address_mark=this.address_mark), MOST_OF_ADDRESS, now),
    )
    if wait_minutes:
        this.delete()
    return wait_minutes


def succeeded(name: str, address: str) -> None:
    """Forget what was mistyped at this address before the password came; what others tried still counts."""
    LoginTry.objects.filter(name_mark=_of_name(name), address_mark=_of_address(address)).delete()


def _wait_minutes(tries: "QuerySet[LoginTry]", most: int, now: datetime) -> int:
    """Return how long it takes until the oldest of too many has left the window."""
    oldest = tries.order_by("-at", "-pk")[most : most + 1].first()
    return 0 if oldest is None else max(1, math.ceil((oldest.at + WINDOW - now) / timedelta(minutes=1)))


def _of_name(name: str) -> str:
    return salted_hmac("office.login-try.name", name).hexdigest()


def _of_address(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        parsed = None
    if isinstance(parsed, ipaddress.IPv6Address):
        address = str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return salted_hmac("office.login-try.address", address).hexdigest()
