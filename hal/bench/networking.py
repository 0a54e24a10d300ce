"""The way of the emulated charger to its back office: TCP and verified TLS, on either interpreter.

It does not know HTTP.
"""

import sys

from hal.common.streams import Network

TYPE_CHECKING = False

if TYPE_CHECKING or sys.implementation.name != "micropython":
    from hal.linux.networking import tls_context
else:
    from hal.common.mbedtls import tls_context


def open_network() -> Network:
    """Return the network."""
    return Network(tls_context)
