"""Proves that a secure element can take the key's place: the terminal asks for two things, and sees no key.

The fake behaves as an ATECC608 does: the host hands it a digest, it takes a tenth of a second, draws the
number of each signature itself, and sometimes does not answer on its bus.
"""

import errno
import hashlib

from emulator.models.prng import Prng
from emulator.simulation.craft import PlainCraft
from emulator.simulation.play import Player
from firmware.crypto import canonical, curve, jose, p256
from tests.emulator.simulation.test_play import story

SIGN_MS = 115
CHARGE = [(5, "plug", True), (5, "tap", "alice"), (60, "tap", "alice"), (5, "plug", False)]


class Element:
    """The `Signer` port over a chip: what is not asked for here, the terminal cannot have asked."""

    def __init__(self, private):
        self._chip = Chip(private)
        self.kernel = None
        self.asked = 0
        self.silent_at = ()

    def public_key(self):
        """Return X and Y, as the chip's GenKey command does for a key that it has."""
        return self._chip.public

    async def sign(self, digest):
        """Return r and s, or raise OSError where the chip does not answer."""
        self.asked += 1
        await self.kernel.sleep_ms(SIGN_MS)
        if self.asked in self.silent_at:
            raise OSError(errno.EIO, "the secure element does not answer")
        return self._chip.sign(digest)


class Chip:
    """What lies behind the bus: a key, and numbers of its own."""

    def __init__(self, private):
        self.public = p256.public_key(private)
        self._scalar = int.from_bytes(private, "big")
        self._prng = Prng(1, "chip")

    def sign(self, digest):
        nonce = p256.generate(self._prng.random_bytes)
        r = int.from_bytes(p256.public_key(nonce)[:32], "big") % curve.N
        inverse = curve.finish(curve.inverse_steps(int.from_bytes(nonce, "big"), curve.N))
        s = inverse * (int.from_bytes(digest, "big") + r * self._scalar) % curve.N
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class ElementCraft(PlainCraft):
    """Puts the element where the soft signer was."""

    def signer(self, private):
        """Let the private key vanish in a chip."""
        self.element = Element(private)
        return self.element


def played(steps, silent_at=()):
    """Play with an element that does not answer these of its questions; return (element, records, result)."""
    events = []
    craft = ElementCraft()
    player = Player(story(steps), events.append, craft)
    craft.element.kernel = player.charger.kernel
    craft.element.silent_at = silent_at
    code = player.run(True)
    result = [event["result"] for event in events if "result" in event][0]
    assert code == 0, result["invariants"]["violated"]
    return craft.element, [event["jws"] for event in events if "jws" in event], result


def kinds(records):
    return [canonical.decode(jose.split(compact, "record+jws")[0])["kind"] for compact in records]


def test_a_terminal_with_a_secure_element_writes_receipts_that_verify():
    element, records, result = played(CHARGE + [(1, "wait", "uploaded")])
    assert kinds(records).count("session.ended") == 1
    for compact in records:
        _payload, signing_input, signature = jose.split(compact, "record+jws")
        assert p256.verify(element.public_key(), hashlib.sha256(signing_input).digest(), signature)
    # One a record, and one for the meter's OCMF record in the receipt.
    assert element.asked == len(records) + 1
    assert result["office"]["stored"] == len(records)


def test_a_power_cut_in_mid_session_loses_nothing_with_a_secure_element():
    cut = [(5, "plug", True), (5, "tap", "alice"), (60, "power", "cut"), (5, "power", "on")]
    _element, records, _result = played(cut + [(60, "plug", False), (1, "wait", "uploaded")])
    assert kinds(records).count("session.ended") == 1


def test_a_secure_element_that_does_not_answer_at_once_is_asked_again():
    # Of the six or so questions of this story each one in turn is not answered the first time.
    silent = 1
    while True:
        element, records, _result = played(CHARGE + [(20, "wait", "uploaded")], (silent,))
        assert kinds(records).count("session.ended") == 1, silent
        if silent > element.asked:
            break
        silent += 1
    assert silent > 4
