"""TLS contexts of MicroPython, by mbedTLS: the CA is handed over as data, the server has to prove its name.

It does not know the board's clock; a board without time refuses every certificate as not valid yet.
"""

import tls

from firmware.errors import BoardError


def tls_context(ca: bytes) -> "tls.SSLContext":
    """Return a context that trusts this CA alone (PEM) and checks the server's name. Raises BoardError."""
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    try:
        context.load_verify_locations(ca)
    except (ValueError, OSError) as error:
        raise BoardError(
            "network: the office's CA is no PEM certificate (%s); fetch `office_ca` again" % error
        )
    return context
