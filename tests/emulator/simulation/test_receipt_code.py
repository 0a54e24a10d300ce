"""Plays a session whose receipt leads to its page: the code on the display is that of the record."""

from emulator.simulation.play import Player
from firmware.crypto import canonical, curve, jose
from firmware.receipts import page
from firmware.screens import qr
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story

URL = "https://office.example/r/{token}"
CHARGE = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (60, "tap", "alice"),
    (5, "button", "language"),
    (5, "plug", False),
]


class Seeing(Player):
    """A player that keeps every screen."""

    def on_screen(self, screen):
        self.seen.append(screen)
        super().on_screen(screen)


def played(**settings):
    events = []
    told = story(CHARGE)
    told["terminal"].update(settings)
    player = Seeing(told, events.append, QuickCraft())
    player.seen = []
    assert player.run(True) == 0
    records = [event["jws"] for event in events if "jws" in event]
    return player.seen, records


def test_the_code_on_the_display_is_that_of_the_receipt_in_every_language():
    seen, records = played(receipt_url=URL)
    shown = [screen for screen in seen if screen["id"] == "receipt"]
    split = [jose.split(compact, "record+jws") for compact in records]
    (signature,) = [part[2] for part in split if canonical.decode(part[0])["kind"] == "session.ended"]
    wanted = curve.finish(qr.rows_steps(page.address(URL, signature)))
    assert [screen["language"] for screen in shown] == ["en", "de"]
    assert [screen["qr"] for screen in shown] == [wanted, wanted]
    assert [screen["id"] for screen in seen if "qr" in screen] == ["receipt", "receipt"]


def test_without_an_address_there_is_no_code():
    seen, _records = played()
    assert [screen for screen in seen if "qr" in screen] == []
