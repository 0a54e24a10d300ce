"""Starts terminals whose configuration wants a key to be retired: each changes it once, by itself.

It does not know how a board keeps keys; the one here has them in a dict.
"""

from emulator.simulation.charger import Charger
from emulator.simulation.craft import PlainCraft
from emulator.simulation.kernel import Kernel
from firmware.crypto import canonical, jose, p256
from firmware.ledger.audit import check_ledger
from firmware.ledger.journal import Journal
from tests.emulator.simulation.test_play import story
from tests.firmware.ledger import rotating


class Signer:
    """The keys with the scalars 1, 2, 3 …; `kept` has the one in force and the one that waits."""

    def __init__(self, kept, name="key"):
        self._kept = kept
        self._number = kept[name]

    def public_key(self):
        return rotating.public(self._number)

    async def sign(self, digest):
        return p256.sign(rotating.private(self._number), digest)

    def successor(self, make):
        if make and "next" not in self._kept:
            self._kept["next"] = self._kept["key"] + 1
        return Signer(self._kept, "next") if "next" in self._kept else None

    def adopt(self):
        self._kept["key"] = self._kept.pop("next")


class Craft(PlainCraft):
    """Puts the kept keys where the soft signer was."""

    def __init__(self):
        super().__init__()
        self.kept = {"key": 1}

    def signer(self, _private):
        return Signer(self.kept)


class Watcher:
    """Sees what the terminal shows, and fails where a task dies."""

    def on_close(self):
        pass

    def on_screen(self, screen):
        pass

    def on_signal(self, kind):
        pass

    def on_crash(self, error):
        raise error


async def _minute(kernel):
    await kernel.sleep_ms(60000)


def started(craft, disk=None, **settings):
    """Let a terminal start and serve for a minute; return (its disk, the kinds of its records)."""
    kernel = Kernel()
    told = story([])
    told["terminal"].update(settings)
    charger = Charger(kernel, told, craft, Watcher())
    if disk is not None:
        charger.disk = disk
    charger.signer = Signer(craft.kept)
    charger.power_on()
    end = kernel.spawn(_minute(kernel))
    kernel.run_until(end.done)
    charger.power_cut()
    payloads = [
        canonical.decode(jose.split(compact, "record+jws")[0])
        for _, compact in Journal(charger.disk).read_from(1)
    ]
    return charger.disk, [payload["kind"] for payload in payloads]


def test_the_key_that_is_to_go_is_changed_at_the_next_start_and_not_again():
    craft = Craft()
    disk, kinds = started(craft, office_url="", key_retire=rotating.thumbprint(1))
    assert kinds[:3] == ["boot", "configured", "key.rotated"]
    assert craft.kept == {"key": 2}
    disk, kinds = started(craft, disk, office_url="", key_retire=rotating.thumbprint(1))
    assert kinds.count("key.rotated") == 1 and kinds.count("boot") == 2
    verify = rotating.verifier(rotating.public(1))
    told = check_ledger(disk, verify, "KT-0001", rotating.thumbprint(1), rotating.verifier)
    assert told["problems"] == []


def test_a_power_cut_before_the_new_key_took_its_place_is_made_good_at_the_next_start():
    craft = Craft()
    disk, _ = started(craft, office_url="", key_retire=rotating.thumbprint(1))
    craft.kept.update({"key": 1, "next": 2})
    _, kinds = started(craft, disk, office_url="")
    assert kinds.count("boot") == 2
    assert craft.kept == {"key": 2}


def test_no_key_is_changed_before_the_office_knows_the_first_one():
    craft = Craft()
    _, kinds = started(craft, key_retire=rotating.thumbprint(1))
    assert "key.rotated" not in kinds
