"""The way of the ESP32 to its back office: Wi-Fi, TCP, and verified TLS by mbedTLS.

It does not know HTTP. TLS needs a clock: a board without time refuses every certificate as not valid yet.
"""

import errno

import network

from firmware.errors import BoardError
from hal.common import streams
from hal.common.mbedtls import tls_context
from hal.common.ticks import between_ms, now_ms
from hal.common.waiting import pause_ms

LOOK_MS = 100


class Network(streams.Network):
    """Joins the Wi-Fi where it is not joined, then opens connections."""

    def __init__(self, radio: network.WLAN, ssid: str, password: str) -> None:
        super().__init__(tls_context)
        self._radio = radio
        self._ssid = ssid
        self._password = password

    async def connect(self, host: str, port: int, ca: "bytes | None", timeout_ms: int) -> streams.Stream:
        """Open a connection; with `ca` (PEM) over TLS, name and chain verified. Raises OSError."""
        began_ms = now_ms()
        if not self._radio.isconnected():
            # The driver may still try an older join; another one on top is an error to it.
            self._radio.disconnect()
            self._radio.connect(self._ssid, self._password)
        while not self._radio.isconnected():
            if between_ms(began_ms, now_ms()) >= timeout_ms:
                raise OSError(errno.ETIMEDOUT, "no Wi-Fi %s within %d ms" % (self._ssid, timeout_ms))
            await pause_ms(LOOK_MS)
        return await super().connect(host, port, ca, timeout_ms)


def open_radio() -> network.WLAN:
    """Turn the radio on, which the chip's random generator needs too, and return it."""
    radio = network.WLAN(network.STA_IF)
    radio.active(True)
    return radio


def open_network(radio: network.WLAN, ssid: str, password: str) -> Network:
    """Return the network. Raises BoardError without a name to join."""
    if not ssid:
        raise BoardError("network: name the Wi-Fi in `wifi_ssid`, and its password in `wifi_password`")
    return Network(radio, ssid, password)
