"""Takes the office's address apart.

It does not know connections.
"""

from firmware.errors import UplinkError

PORTS = {"https": 443, "http": 80}


def parse(url: str) -> "tuple[str, str, int]":
    """Return (scheme, host, port) of an address such as `https://office.example:8443`. Raises UplinkError."""
    scheme, mark, rest = url.partition("://")
    host, colon, port = rest.rstrip("/").partition(":")
    if scheme not in PORTS or not mark or not host or "/" in host:
        raise UplinkError("%s is no address of an office; write https://host or https://host:port" % url)
    if not colon:
        return scheme, host, PORTS[scheme]
    try:
        number = int(port)
    except ValueError:
        number = 0
    if not 0 < number < 65536:
        raise UplinkError("%s: the port has to be a number from 1 to 65535" % url)
    return scheme, host, number


def named(scheme: str, host: str, port: int) -> str:
    """Return what the Host header says: the port only where it is not the scheme's own (RFC 9110, 7.2)."""
    return host if PORTS[scheme] == port else "%s:%d" % (host, port)
