"""The addresses that terminals talk to: bytes of HTTP in, JSON out.

It does not know how a record is verified or stored.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from firmware.crypto import jsontext
from firmware.errors import CryptoError
from firmware.uplink import enrolment as enrolment_kind
from firmware.uplink import records as records_kind
from tools.backoffice.orders.answering import news
from tools.backoffice.orders.operator_key import OperatorKey
from tools.backoffice.records import enrolment
from tools.backoffice.records.ingest import take_in
from tools.backoffice.records.models import Terminal

MAX_BODY_BYTES = 1024 * 1024
MAX_LINES = 1000
MAX_ENROLMENT_BYTES = 4096
MAX_DISCARDED_BYTES = 16 * MAX_BODY_BYTES
CHUNK_BYTES = 64 * 1024


View = Callable[..., JsonResponse]

log = logging.getLogger("office.api")


class Unreadable(Exception):
    """A body that is not taken: the HTTP status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def body_of(request: HttpRequest, kind: str, limit_bytes: int) -> bytes:
    """Return the request's body. Raises Unreadable for one of another kind, for one that is compressed or too
    long, which is not kept in memory, and for one that does not come whole.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in request.META or not announced.isdigit():
        raise Unreadable(411, "the request needs a Content-Length")
    if int(announced) > limit_bytes:
        discard(request, int(announced))
        raise Unreadable(413, f"a body of {announced} bytes; at most {limit_bytes} are taken")
    coding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
    if coding.lower() != "identity":
        discard(request, int(announced))
        raise Unreadable(415, f"a body in the coding {coding[:40]}; send it as it is")
    # A request that says nothing of its kind is read as what has to come here.
    if request.content_type not in ("", kind):
        discard(request, int(announced))
        raise Unreadable(415, f"a body of the type {request.content_type[:80]}; it has to be {kind}")
    try:
        content = request.body
    except OSError as problem:
        raise Unreadable(400, "the body ended early") from problem
    if len(content) != int(announced):
        raise Unreadable(400, "the body ended early")
    return content


def discard(request: HttpRequest, count: int) -> None:
    """Throw a body away, so that its sender reads the answer; one beyond measure ends the connection."""
    # Who stops in the middle is told the same.
    with suppress(OSError):
        while count <= MAX_DISCARDED_BYTES and request.read(CHUNK_BYTES):
            pass


def answering(view: View) -> View:
    """Let a view of the API raise Unreadable, and answer 503 while the database is busy."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Unreadable as problem:
            return JsonResponse({"reason": problem.reason}, status=problem.status)
        except OperationalError as problem:
            log.warning("an upload has to come again: %s", problem)
            answer = JsonResponse({"reason": "the database is busy; come again"}, status=503)
            answer["Retry-After"] = "5"
            return answer

    public: View = csrf_exempt(login_not_required(answered))
    return public


@answering
@require_POST
def records(request: HttpRequest, identity: str) -> JsonResponse:
    """Take an upload of records, one compact JWS a line."""
    lines = body_of(request, records_kind.CONTENT_TYPE, MAX_BODY_BYTES).split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) > MAX_LINES:
        raise Unreadable(413, f"{len(lines)} lines; at most {MAX_LINES} are taken at once")
    status, answer = take_in(identity, lines)
    if status == HTTPStatus.OK:
        answer = {**answer, **news(identity)}
    return JsonResponse(answer, status=status)


@answering
@require_POST
def enrol(request: HttpRequest, identity: str) -> JsonResponse:
    """Take a terminal's public key for the code that it was given."""
    try:
        wish = jsontext.parse(body_of(request, enrolment_kind.CONTENT_TYPE, MAX_ENROLMENT_BYTES))
    except CryptoError as problem:
        raise Unreadable(422, str(problem)) from problem
    if not isinstance(wish, dict) or not isinstance(wish.get("code"), str):
        raise Unreadable(422, 'the body has to be {"code": text, "key": JWK}')
    try:
        terminal = enrolment.enrol(identity, wish["code"], wish.get("key"))
    except enrolment.Refused as refusal:
        return JsonResponse({"reason": refusal.reason}, status=refusal.status)
    return JsonResponse(
        {
            "terminal": terminal.pk,
            "thumbprint": terminal.thumbprint,
            "next_seq": terminal.next_seq,
            "operator_key": OperatorKey(settings.OFFICE_PLACE).public(),
        }
    )


@answering
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say that the office and its database answer."""
    Terminal.objects.exists()
    return JsonResponse({"healthy": True})
