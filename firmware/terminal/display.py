"""Decides what the driver's display says: the screen, the language and the facts that belong to it.

It does not know when: it is told after what it says has become durable.
"""

from ..pricing import quote
from ..screens import catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Panel

    from ..pricing.tariff import Tariff
    from .billing import Billing

    Document = dict[str, Any]

LANGUAGES = ("en", "de", "fr")


class Display:
    """The driver's display in the language that is set."""

    def __init__(self, panel: "Panel", language: str, tariff: "Tariff | None", currency: str) -> None:
        self._panel = panel
        self._language = language
        self._tariff = tariff
        self._currency = currency
        self._shown: "tuple[str, Document, Billing | None]" = ("welcome", {}, None)
        self.receipt: "Document | None" = None

    def show(self, screen_id: str, facts: "Document", billing: "Billing | None") -> None:
        """Show a screen; `billing` is the open session's or None."""
        self._shown = (screen_id, facts, billing)
        told = dict(facts)
        told["currency"] = self._currency
        if screen_id == "welcome":
            told["quote"] = quote.lines(self._tariff, self._language) if self._tariff else []
        if screen_id == "receipt" and self.receipt:
            told.update(self.receipt)
        if billing is not None:
            told["energy_wh"] = billing.energy_wh()
            told["gross_minor"] = billing.gross_minor()
            told["duration_s"] = billing.elapsed_ms // 1000
        self._panel.show(catalogue.screen(screen_id, self._language, told))

    def next_language(self) -> None:
        """Go to the next language and show the same screen in it."""
        self._language = LANGUAGES[(LANGUAGES.index(self._language) + 1) % len(LANGUAGES)]
        self.show(*self._shown)
