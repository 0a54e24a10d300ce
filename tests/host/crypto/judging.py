"""Judges cases of signatures and key agreements with our own code, on any interpreter.

It does not know what the right verdict is. Run with the name of a file of cases, it prints the verdicts.
"""

import hashlib
import json
import sys

from firmware.crypto import der, ecdh, jose, keyforms, p256
from firmware.errors import CryptoError


def signature_holds(public, message, form, signature):
    """Return whether a signature, `raw` or `der`, of a message verifies; all but the form is hex."""
    content = bytes.fromhex(signature)
    try:
        if form == "der":
            content = der.raw_signature(content)
        point = keyforms.public_from_point(bytes.fromhex(public))
    except CryptoError:
        return False
    return p256.verify(point, hashlib.sha256(bytes.fromhex(message)).digest(), content)


def agreed(private, form, public):
    """Return the shared secret in hex, None where the public key, `point`, `spki` or `jwk`, is refused."""
    try:
        if form == "jwk":
            other = jose.public_from_jwk(public)
        elif form == "spki":
            other = keyforms.public_from_spki(bytes.fromhex(public))
        else:
            other = keyforms.public_from_point(bytes.fromhex(public))
        return ecdh.shared(bytes.fromhex(private), other).hex()
    except CryptoError:
        return None


def judged(cases):
    """Return the verdicts of cases, each one `["signature" | "agreement", arguments]`."""
    return [(signature_holds if kind == "signature" else agreed)(*arguments) for kind, arguments in cases]


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(json.dumps(judged(json.load(file))))
