"""The display: prices that are told anew when they change, and pages where rows are few."""

from firmware import config as settings
from firmware.crypto import jsontext
from firmware.pricing import calendar
from firmware.terminal.display import Display
from firmware.terminal.tariffs import Tariffs
from tests.firmware.terminal.desk import Desk

TARIFF = '{"id": "day", "currency": "EUR", "elements": [%s, %s]%s}'
EVENING = '{"price_components": [{"type": "ENERGY", "price": 0.59}], "restrictions": {"start_time": "17:00"}}'
DAY = '{"price_components": [{"type": "ENERGY", "price": 0.39}]}'
NOON_S = 12 * 3600


class Panel:
    """A panel that keeps what it was shown."""

    def __init__(self):
        self.shown = []

    def show(self, screen):
        """Keep the lines."""
        self.shown.append(screen["lines"])


class Wall:
    """A wall clock that a test sets."""

    def __init__(self):
        self.now_s = NOON_S

    def utc_s(self):
        """Return what it shows."""
        return self.now_s


def display_of(members="", **changes):
    """Return (display, panel, wall clock, kernel) of a terminal at noon of 1970-01-01, in UTC."""
    desk = Desk()
    board, wall = desk.board(), Wall()
    board.panel = Panel()
    board.clock.utc_s = wall.utc_s
    document = {"id": "KT-0001", "tariffs": [jsontext.parse(TARIFF % (EVENING, DAY, members))]}
    document.update(changes)
    config = settings.from_document(document)
    tariffs = Tariffs(None, config.tariffs, 0, "EUR")
    return Display(board, config, tariffs, calendar.Zone("UTC0")), board.panel, wall, desk.kernel


def test_the_welcome_is_made_anew_when_a_price_changes_and_not_before():
    display, panel, wall, _kernel = display_of()
    display.show("welcome", {}, None)
    assert panel.shown == [
        ["Hold your card here", "0.39 EUR/kWh", "from 17:00: 0.59 EUR/kWh", "from Fri 00:00:", "0.39 EUR/kWh"]
    ]
    assert display.left_ms() == 5 * 3600 * 1000
    wall.now_s += 5 * 3600 - 1
    display.look()
    assert len(panel.shown) == 1 and display.left_ms() == 1000
    wall.now_s += 1
    display.look()
    assert panel.shown[1][1] == "0.59 EUR/kWh"


def test_the_welcome_follows_the_validity_of_its_tariff():
    display, panel, wall, _kernel = display_of(', "end_date_time": "1970-01-01T13:00:00Z"')
    display.show("welcome", {}, None)
    assert display.left_ms() == 3600 * 1000
    wall.now_s += 3600
    display.look()
    assert panel.shown[1] == ["Hold your card here", "No price is valid now"]


def test_a_clock_that_is_lost_found_or_put_back_is_noticed():
    display, panel, wall, _kernel = display_of()
    display.show("welcome", {}, None)
    wall.now_s = None
    display.look()
    assert panel.shown[-1] == [
        "Hold your card here",
        "Clock not set:",
        "no time-of-day prices",
        "0.39 EUR/kWh",
    ]
    wall.now_s = 18 * 3600
    display.look()
    assert panel.shown[-1][1] == "0.59 EUR/kWh"
    wall.now_s = NOON_S
    display.look()
    assert panel.shown[-1][1] == "0.39 EUR/kWh" and len(panel.shown) == 4


def test_other_screens_are_left_alone():
    display, panel, wall, _kernel = display_of()
    display.show("starting", {}, None)
    wall.now_s += 86400
    display.look()
    assert len(panel.shown) == 1 and display.left_ms() is None


def test_few_rows_show_pages_under_the_same_title():
    display, panel, _wall, kernel = display_of(panel_rows=4, panel_page_s=3)
    display.show("welcome", {}, None)
    for _ in range(2):
        assert display.left_ms() == 3000
        display.look()
        wait_ms(kernel, 3000)
        display.look()
    title, first = "Hold your card here", ["0.39 EUR/kWh", "from 17:00: 0.59 EUR/kWh", "from Fri 00:00:"]
    assert panel.shown == [[title] + first, [title, "0.39 EUR/kWh"], [title] + first]


def test_what_fits_has_no_pages():
    display, panel, _wall, _kernel = display_of(panel_rows=5)
    display.show("welcome", {}, None)
    assert len(panel.shown[0]) == 5
    display.show("starting", {}, None)
    assert display.left_ms() is None


def wait_ms(kernel, duration_ms):
    """Let virtual time pass."""

    async def wait():
        await kernel.sleep_ms(duration_ms)

    kernel.run_until(kernel.spawn(wait()).done)
