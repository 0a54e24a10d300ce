"""Measures on the MicroPython that runs it what a receipt takes beside its signatures; a line a round.

It does not know bounds; it is started as `-m tools.benchmarks.on_board_receipt ROUNDS FOLDER`.
"""

import sys

import firmware.floors  # noqa: F401 - loads the rooms bottom-up
from firmware.crypto import jsontext, p256
from firmware.ledger import summary
from firmware.ledger.journal import Journal
from firmware.pricing import tariff
from firmware.pricing.calendar import Zone
from firmware.terminal import closing
from firmware.terminal.recorder import Recorder, first_prev
from hal.bench.storage import Storage
from hal.common.soft_signer import SoftSigner
from tools.benchmarks.on_board import DIGEST, PRIVATE, compare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


def two_signatures() -> None:
    """Sign what a receipt signs: the meter's OCMF record, and the record that it stands in."""
    p256.sign(PRIVATE, DIGEST)
    p256.sign(PRIVATE, DIGEST)


class Desk:
    """Where receipts are written: the terminal's own recorder over a folder, and a session that has ended.

    It is the account of that session, too: what `closing` asks of a `Billing`.
    """

    def __init__(self, folder: str) -> None:
        signer = SoftSigner(PRIVATE)
        self._zone = Zone("CET-1CEST,M3.5.0,M10.5.0/3")
        known = summary.start(first_prev(signer))
        clock: Any = Clock()
        self._recorder = Recorder("KT-0001", clock, signer, Journal(Storage(folder)), known)
        # As the terminal does when the session begins.
        self.tariff_text = closing.tariff_text(tariff.parse(jsontext.parse(TARIFF)), False, self._zone, "en")
        self.start = {"utc_s": 1774717140, "clock": "synchronised", "wh": 123456}
        self.elapsed_ms = 2712000
        # The power never went.
        self.pauses: list = []

    def bill(self) -> dict:
        """Return what the pricing engine made of the session: energy and time, two rates of VAT."""
        return BILL

    def write_receipt(self) -> None:
        """Build, sign and store."""
        self._recorder.known["open"] = OPENED
        stop = {"utc_s": 1774719852, "clock": "synchronised", "wh": 131745}
        finish(self._written({"stop": stop, "reason": "card", "flags": []}))

    async def _written(self, ending: dict) -> None:
        account: Any = self
        members = await closing.members(account, self._recorder, self._zone, ending)
        await self._recorder.record("session.ended", members)


class Clock:
    """A clock that stands still."""

    def utc_s(self) -> int:
        """Return the end of the session."""
        return 1774719852

    def status(self) -> str:
        """Return that it is right."""
        return "synchronised"

    def ticks_ms(self) -> int:
        """Return a moment."""
        return 5000000


def finish(coroutine: "Coroutine[Any, Any, None]") -> None:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the recorder waits for something that no benchmark gives it")


TARIFF = b"""{"id": "evening", "currency": "EUR", "elements": [{"price_components": [
    {"type": "ENERGY", "price": 0.49, "vat": 19}, {"type": "TIME", "price": 1.2, "vat": 7}]}]}"""
OPENED = {
    "session": "KT-0001-000001",
    "token": {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "HEARSAY"},
    "contract": "DE-KTP-C00001-K",
    "meter": {"model": "eastron-sdm630", "serial": "21110042", "wh": 123456},
    "tariff": {"id": "evening", "hash": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"},
}
BILL = {
    "currency": "EUR",
    "rounding": "half-up",
    "lines": [
        {
            "dimension": "ENERGY",
            "quantity": "8289/1000",
            "unit": "kWh",
            "unit_price": "0.49",
            "vat": "19",
            "net_minor": 406,
            "vat_minor": 77,
            "gross_minor": 483,
        },
        {
            "dimension": "TIME",
            "quantity": "113/150",
            "unit": "h",
            "unit_price": "1.2",
            "vat": "7",
            "net_minor": 90,
            "vat_minor": 6,
            "gross_minor": 96,
        },
    ],
    "net_minor": 496,
    "vat": [
        {"rate": "19", "net_minor": 406, "vat_minor": 77},
        {"rate": "7", "net_minor": 90, "vat_minor": 6},
    ],
    "gross_minor": 579,
}

if __name__ == "__main__":
    compare(Desk(sys.argv[2]).write_receipt, two_signatures, int(sys.argv[1]))
