"""How a terminal's key becomes known: a one-time code, given by hand, exchanged for the public key.

It does not know HTTP. Nobody but the terminal replaces its key, by a record under the old one
(firmware/ledger/rotation.py): a terminal with a key that none of its own announced is another terminal.
"""

import hashlib
import hmac
import logging
import re
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from firmware.crypto import jose
from firmware.errors import CryptoError
from tools.backoffice.errors import OfficeError
from tools.backoffice.records.models import IDENTITY_CHARACTERS, EnrolmentCode, Terminal, TerminalKey

# Without I, L, O and U, so that it survives being read aloud; 16 of 32 characters are 80 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 16
CODE_LIFE = timedelta(hours=24)

log = logging.getLogger("office.enrolment")


class Refused(Exception):
    """An enrolment that is not granted: the HTTP status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def invite(identity: str, life: timedelta = CODE_LIFE) -> str:
    """Return a new code for a terminal, whose older codes end with it. Raises OfficeError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", identity) or len(identity) > IDENTITY_CHARACTERS:
        raise OfficeError(
            f"{identity!r} is no terminal id; it has up to {IDENTITY_CHARACTERS} "
            "letters, digits, dots, dashes and underscores"
        )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    with transaction.atomic():
        terminal, _ = Terminal.objects.get_or_create(pk=identity)
        if terminal.thumbprint:
            raise OfficeError(
                f"{identity} is enrolled with the key {terminal.thumbprint}; a new key is a new terminal: "
                "choose another id"
            )
        terminal.enrolmentcode_set.filter(used_at=None).delete()
        EnrolmentCode.objects.create(
            terminal=terminal, code_hash=_hash(code), expires_at=timezone.now() + life
        )
    return "-".join(code[start : start + 4] for start in range(0, CODE_CHARACTERS, 4))


def enrol(identity: str, code: str, key: Any) -> Terminal:
    """Give the terminal its key (a JWK), again where the same code brought the same key. Raises Refused."""
    try:
        public_key = jose.public_from_jwk(key)
    except CryptoError as problem:
        raise Refused(422, f"key: {problem}") from problem
    thumbprint = jose.thumbprint(public_key)
    with transaction.atomic():
        terminal = Terminal.objects.select_for_update().filter(pk=identity).first()
        if terminal is None:
            raise Refused(404, "no such terminal")
        invitation = _find(terminal, code)
        if terminal.thumbprint == thumbprint and invitation.used_at:
            return terminal
        _check(terminal, invitation, thumbprint)
        now = timezone.now()
        invitation.used_at = now
        invitation.save(update_fields=["used_at"])
        terminal.public_key = public_key
        terminal.thumbprint = terminal.prev = thumbprint
        terminal.enrolled_at = terminal.last_seen = now
        terminal.save()
        TerminalKey.objects.create(
            terminal=terminal, thumbprint=thumbprint, public_key=public_key, from_seq=1
        )
    log.info("%s is enrolled with the key %s", identity, thumbprint)
    return terminal


def _find(terminal: Terminal, code: str) -> EnrolmentCode:
    wanted = _hash(code.upper().replace("-", "").replace(" ", ""))
    found = None
    for invitation in terminal.enrolmentcode_set.all():
        # Every code is compared, each in constant time.
        if hmac.compare_digest(invitation.code_hash, wanted):
            found = invitation
    if found is None:
        raise Refused(401, "the code is not the terminal's; ask for a new one: kilotap office enrol TERMINAL")
    return found


def _check(terminal: Terminal, invitation: EnrolmentCode, thumbprint: str) -> None:
    if terminal.thumbprint or invitation.used_at:
        log.warning("%s was refused another key, %s", terminal.pk, thumbprint)
        raise Refused(403, "the terminal is enrolled with another key; a new key is a new terminal")
    if invitation.expires_at < timezone.now():
        raise Refused(401, "the code has expired; ask for a new one: kilotap office enrol TERMINAL")
    if TerminalKey.objects.filter(thumbprint=thumbprint).exists():
        log.warning("%s was refused the key of another terminal, %s", terminal.pk, thumbprint)
        raise Refused(403, "the key belongs to another terminal; each makes its own")


def _hash(code: str) -> str:
    # The code is random and long, so a plain hash cannot be searched.
    return hashlib.sha256(code.encode()).hexdigest()
