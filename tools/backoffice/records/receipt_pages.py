"""The pages that drivers read: a receipt, by a name that nobody guesses, without a login.

They do not know operators' pages. Whoever has the name has the receipt: it is in the QR code on the display.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from firmware.crypto import jose
from firmware.ledger import chain
from firmware.receipts import page, shortcode
from tools.backoffice.browser import POLICY
from tools.backoffice.records import learned
from tools.backoffice.records.export import register
from tools.backoffice.records.models import ReceiptPage, Record, TerminalKey
from tools.backoffice.records.proof import verifier
from tools.backoffice.records.receipt_kinds import CORRECTIONS
from tools.documents import document as documents
from tools.documents import html, texts
from tools.documents.proofs import MetersKey
from tools.proofs import meters_key, receipts

# A name has 132 bits; who tries so many wrong ones in so long is no driver.
MOST_MISSES, WINDOW_S = 30, 900

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Let anybody read a page by its name: no search engine keeps it, and no cache on the way."""

    def shown(request: HttpRequest, token: str, **words: Any) -> HttpResponse:
        if not _may_ask(request):
            response = HttpResponse("too many addresses of receipts that do not exist; come again later\n")
            response.status_code = 429
            response["Retry-After"] = str(WINDOW_S)
            response["Content-Type"] = "text/plain; charset=utf-8"
        else:
            response = view(request, _record(request, token), **words)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-store"
        return response

    opened: View = login_not_required(require_safe(shown))
    return opened


@public
def receipt(request: HttpRequest, found: Record) -> HttpResponse:
    """Show a receipt as a page, in the language that is asked for or that the browser prefers."""
    told = _document(found, language_of(request))
    told.links = _links(found, told)
    body = html.write(told)
    response = HttpResponse(body)
    # The page brings its one style with it; no other is let in.
    style = base64.b64encode(hashlib.sha256(html.STYLE.encode()).digest()).decode()
    response["Content-Security-Policy"] = POLICY.replace("style-src 'self'", f"style-src 'sha256-{style}'")
    response["Content-Language"] = told.language
    return response


@public
def receipt_pdf(request: HttpRequest, found: Record) -> HttpResponse:
    """Send the same as a PDF."""
    # Loaded for PDFs alone: it takes longer than all else.
    from tools.documents import pdf

    told = _document(found, language_of(request))
    return _file(pdf.write(told), "application/pdf", f"{told.number}.pdf")


@public
def receipt_signed(request: HttpRequest, found: Record) -> HttpResponse:
    """Send the record as the terminal signed it (compact JWS)."""
    number = str(found.payload.get("receipt"))
    return _file(found.compact.encode() + b"\n", "application/jose", f"{number}.jws")


@public
def receipt_keys(request: HttpRequest, found: Record) -> HttpResponse:
    """Send the register of the terminal's keys, by which anybody verifies the record."""
    from tools.commands import output

    content = output.json_line(register(found.terminal_id)).encode() + b"\n"
    return _file(content, "application/jwk-set+json", f"{found.terminal_id}-keys.json")


def language_of(request: HttpRequest) -> str:
    """Return the language of `?lang=`, or the first of the browser's that a receipt can be written in."""
    wanted = [request.GET.get("lang", "")]
    told = request.headers.get("Accept-Language", "")[:200]
    weighed = []
    for place, part in enumerate(told.split(",")):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.split("-")[0].lower()))
        except ValueError:
            continue
    wanted += [name for _, _, name in sorted(weighed)]
    return next((language for language in wanted if language in texts.LANGUAGES), "en")


def _record(request: HttpRequest, token: str) -> Record:
    if re.fullmatch(r"[\w-]{22}", token, re.ASCII):
        named = ReceiptPage.objects.filter(pk=token).first()
        if named is not None:
            return Record.objects.get(terminal_id=named.terminal_id, seq=named.seq)
    _missed(request)
    raise Http404


def _mark(request: HttpRequest) -> str:
    return "receipt-misses-" + hashlib.sha256(str(request.META.get("REMOTE_ADDR")).encode()).hexdigest()


def _may_ask(request: HttpRequest) -> bool:
    return int(cache.get(_mark(request), 0)) < MOST_MISSES


def _missed(request: HttpRequest) -> None:
    mark = _mark(request)
    cache.add(mark, 0, WINDOW_S)
    cache.incr(mark)


def _document(found: Record, language: str) -> documents.Document:
    """Return what the page says; the signature is checked anew, with the key that signed at that place."""
    compact = str(found.compact)
    _, signing_input, signature = jose.split(compact, chain.RECORD_TYPE)
    kid = jose.kid(compact)
    key = TerminalKey.objects.filter(terminal_id=found.terminal_id, thumbprint=kid).first()
    public_key = bytes(key.public_key) if key else None
    is_valid = public_key is not None and verifier(public_key)(signing_input, signature)
    payload = _masked(found.payload)
    try:
        own = _meters_key(found)
        times = learned.of_receipt(found)
        told = documents.of(payload, kid, shortcode.of(signature), language, public_key, is_valid, own, times)
    except receipts.GARBLED:
        # A terminal may sign what makes no receipt; the signed record can still be had.
        raise Http404 from None
    told.issuer = settings.RECEIPT_ISSUER
    for evidence in told.evidence:
        evidence.only_scanned(told.words)
    return told


def _meters_key(found: Record) -> MetersKey | None:
    """Return whether the record of a meter that signs holds, and which record pinned its key."""
    if "meter_record" not in found.payload:
        return None
    kinds = Record.objects.filter(terminal_id=found.terminal_id, kind__in=meters_key.KINDS, seq__lt=found.seq)
    return meters_key.found(
        found.payload, meters_key.pinned((one.payload for one in kinds.order_by("seq")), found.seq)
    )


def _masked(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a receipt that does not tell the number of a card, which could be copied, to who looks on."""
    token = payload.get("token")
    if not isinstance(token, dict) or not isinstance(token.get("uid"), str):
        return payload
    return {**payload, "token": {**token, "uid": "…" + token["uid"][-4:]}}


def _links(found: Record, told: documents.Document) -> documents.Links:
    """Return what else there is of the receipt, and those that took its place."""
    here = page.token(jose.split(str(found.compact), chain.RECORD_TYPE)[2])
    query = f"?lang={told.language}"
    links = [
        (told.words["as_pdf"], f"/r/{here}/receipt.pdf{query}"),
        (told.words["as_signed"], f"/r/{here}/receipt.jws"),
        (told.words["as_keys"], f"/r/{here}/keys.json"),
    ]
    later = Record.objects.filter(terminal_id=found.terminal_id, kind__in=CORRECTIONS, seq__gt=found.seq)
    if found.session:
        for other in later.filter(session=found.session).order_by("seq"):
            name = page.token(jose.split(str(other.compact), chain.RECORD_TYPE)[2])
            title = told.words["cancellation" if other.kind == CORRECTIONS[0] else "correction"]
            links.insert(0, (f"{title} {other.payload.get('receipt')}", f"/r/{name}{query}"))
    return links + [(name, f"/r/{here}?lang={code}") for code, name in texts.NAMES if code != told.language]


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    safe = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    return response
