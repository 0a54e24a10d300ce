"""The operator's signing key: made once in the office's directory, read by its owner alone, never given out.

It does not know what is signed. Terminals know its public half: by their enrolment, or by `operator_key`.
"""

import asyncio
import hashlib
from typing import Any

from firmware.crypto import jose
from firmware.errors import BoardError
from hal.linux.signer import Signer, open_signer
from tools.backoffice.errors import OfficeError
from tools.backoffice.place import Place

FILE = "operator.key"


def provide(place: Place) -> "OperatorKey":
    """Return the key of an office, made where there is none. Raises OfficeError."""
    with place.alone():
        return OperatorKey(place)


class OperatorKey:
    """A key on P-256; what it signs is a compact JWS."""

    def __init__(self, place: Place) -> None:
        """Open the file. Raises OfficeError where it is no such key, or others may read it."""
        try:
            self._signer: Signer = open_signer(str(place.directory / FILE))
        except BoardError as problem:
            raise OfficeError(f"the operator's {problem}") from problem

    def public(self) -> dict[str, Any]:
        """Return the public key as a JWK."""
        return dict(jose.jwk(self._signer.public_key()))

    def sealed(self, typ: str, payload: bytes) -> str:
        """Return a compact JWS over a payload."""
        header = {"alg": "ES256", "kid": jose.thumbprint(self._signer.public_key()), "typ": typ}
        signed = jose.signing_input(header, payload)
        signature = asyncio.run(self._signer.sign(hashlib.sha256(signed).digest()))
        return str(jose.compact(signed, signature))
