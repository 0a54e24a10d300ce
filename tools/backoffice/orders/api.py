"""The address at which a terminal asks for orders: a question in, JSON out.

It does not know what is answered or signed.
"""

import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tools.backoffice.orders import answering
from tools.backoffice.records.api import Unreadable
from tools.backoffice.records.api import answering as api_view
from tools.backoffice.records.models import Terminal

SERIAL = re.compile(r"\d{1,15}")
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
SCHEME = "JWS "


@api_view
@require_safe
def orders(request: HttpRequest, identity: str) -> JsonResponse:
    """Answer with the next order; one without proof learns only that there is one."""
    terminal = Terminal.objects.filter(pk=identity).first()
    if terminal is None:
        raise Unreadable(404, "no such terminal")
    if terminal.thumbprint is None:
        raise Unreadable(404, "the terminal is not enrolled")
    serial, nonce = request.GET.get("serial", ""), request.GET.get("nonce", "")
    if not SERIAL.fullmatch(serial) or not NONCE.fullmatch(nonce):
        raise Unreadable(
            422,
            "the address has to end in ?serial=n&nonce=…, a whole number and 16 to 64 characters base64url",
        )
    given = request.headers.get("Authorization")
    if given is not None and not given.startswith(SCHEME):
        raise Unreadable(401, "the authorization has to be JWS and the signed question")
    question = None if given is None else given.removeprefix(SCHEME)
    try:
        told = answering.answer(terminal, int(serial), nonce, question)
    except answering.Stranger as problem:
        raise Unreadable(401, "the terminal's key did not sign this question") from problem
    return JsonResponse(told)
