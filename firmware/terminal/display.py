"""Decides what the driver's display says: the screen, the language and the facts that belong to it.

It does not know when: it is told after what it says has become durable. Only what time itself changes it
looks after alone: the prices of the welcome, and the pages of a display with few rows.
"""

from ..screens import catalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from ..pricing.calendar import Zone
    from .billing import Billing
    from .tariffs import Tariffs

    Document = dict[str, Any]

LANGUAGES = ("en", "de", "fr")


class Display:
    """The driver's display in the language that is set."""

    def __init__(self, board: "Board", config: "Any", tariffs: "Tariffs", zone: "Zone") -> None:
        self._panel = board.panel
        self._clock = board.clock
        self._config = config
        self._tariffs = tariffs
        self._zone = zone
        self._language: str = config.language
        # What was shown before a card asked for its own language.
        self._usual: "str | None" = None
        self.shown: "tuple[str, Document, Billing | None]" = ("welcome", {}, None)
        # The prices of the welcome hold from the moment of its making until they change.
        self._made_s: "int | None" = None
        self._due_s: "int | None" = None
        # What is on the pages of a small display, and which of them is shown since when.
        self._screen: "Document | None" = None
        self._page = 0
        self._turned_ms = 0
        self.receipt: "Document | None" = None

    def show(self, screen_id: str, facts: "Document", billing: "Billing | None") -> None:
        """Show a screen; `billing` is the open session's or None."""
        self.shown = (screen_id, facts, billing)
        told = dict(facts)
        told["currency"] = self._config.currency
        if screen_id == "welcome":
            self._language, self._usual = self._usual or self._language, None
            self.receipt = None
            told["quote"] = self._quote()
        if screen_id == "receipt" and self.receipt:
            told.update(self.receipt)
            told["bill"] = self._bill(told)
        if billing is not None:
            told["energy_wh"] = billing.energy_wh()
            told["gross_minor"] = billing.gross_minor()
            told["duration_s"] = billing.elapsed_ms // 1000
        self._put(catalogue.screen(screen_id, self._language, told))

    def speak(self, language: str) -> None:
        """Speak a driver's language from the next screen on, until the welcome is shown again."""
        self._usual = self._usual or self._language
        self._language = language

    def next_language(self) -> None:
        """Go to the next language and show the same screen in it."""
        self._usual = None
        self._language = LANGUAGES[(LANGUAGES.index(self._language) + 1) % len(LANGUAGES)]
        self.show(*self.shown)

    def look(self) -> None:
        """Do what is due: tell the prices anew when they change, turn the page."""
        if self._is_outdated():
            self.show(*self.shown)
        elif self._screen and self._clock.elapsed_ms(self._turned_ms) >= 1000 * self._config.panel_page_s:
            self._page += 1
            self._turn()

    def left_ms(self) -> "int | None":
        """Return after how long it has to look, or None when nothing will be due."""
        left_ms: "int | None" = None
        utc_s = self._clock.utc_s()
        if self.shown[0] == "welcome" and utc_s is not None and self._due_s is not None:
            left_ms = max(0, 1000 * (self._due_s - utc_s))
        if self._screen:
            page_ms = max(0, 1000 * self._config.panel_page_s - self._clock.elapsed_ms(self._turned_ms))
            left_ms = page_ms if left_ms is None else min(left_ms, page_ms)
        return left_ms

    def _is_outdated(self) -> bool:
        """Return whether the welcome tells the prices of another time, also after the clock was set."""
        if self.shown[0] != "welcome":
            return False
        utc_s = self._clock.utc_s()
        if utc_s is None or self._made_s is None:
            return utc_s is not self._made_s
        return utc_s < self._made_s or (self._due_s is not None and utc_s >= self._due_s)

    def _bill(self, receipt: "Document") -> "list[str]":
        from firmware.screens import words

        return words.bill(receipt, self._language)

    def _quote(self) -> "list[str]":
        """Return the prices of the tariff that counts now for whoever has no contract."""
        # Words are in memory only while they are said.
        from firmware.pricing import quote
        from firmware.screens import words

        utc_s = self._made_s = self._clock.utc_s()
        self._due_s = None if utc_s is None else self._tariffs.next_change_s(utc_s)
        tariff = self._tariffs.at(None, utc_s)
        if tariff is None:
            return words.note("no_price", self._language) if self._tariffs.ids() else []
        entries = quote.entries(tariff, self._zone, utc_s)
        told = words.quote(entries, tariff.currency, self._language, self._zone, utc_s)
        if utc_s is None:
            return (words.note("no_clock", self._language) if quote.is_timed(tariff) else []) + told
        change_s = quote.next_change_s(entries, utc_s)
        self._due_s = change_s if self._due_s is None else min(self._due_s, change_s)
        return told

    def _put(self, screen: "Document") -> None:
        rows = self._config.panel_rows
        self._screen = screen if rows and len(screen["lines"]) > rows else None
        self._page = 0
        if self._screen:
            self._turn()
        else:
            self._panel.show(screen)

    def _turn(self) -> None:
        """Show a page: the first line stays, for it says what the others belong to."""
        if self._screen:
            lines, more = self._screen["lines"], max(1, self._config.panel_rows - 1)
            first = 1 + self._page * more
            if first >= len(lines):
                self._page, first = 0, 1
            screen = dict(self._screen)
            screen["lines"] = lines[:1] + lines[first : first + more]
            self._turned_ms = self._clock.ticks_ms()
            self._panel.show(screen)
