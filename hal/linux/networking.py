"""The way to the back office on Linux: TCP, and TLS 1.2 or newer by OpenSSL.

It does not know HTTP. (It is not named `network`, for that is a module of MicroPython.)
"""

import ssl

from firmware.errors import BoardError
from hal.common.streams import Network


def tls_context(ca: bytes) -> ssl.SSLContext:
    """Return a context that trusts this CA alone (PEM) and checks the server's name. Raises BoardError."""
    # Not create_default_context: given an empty CA it would trust the whole web.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=ca.decode("ascii"))
    except (ValueError, ssl.SSLError) as error:
        raise BoardError(f"network: the office's CA is no PEM certificate ({error}); fetch `office_ca` again")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def open_network() -> Network:
    """Return the network."""
    return Network(tls_context)
