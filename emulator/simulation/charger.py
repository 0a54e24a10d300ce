"""The simulated charger: the world of one outlet and the terminal that lives in it, through any number of
power cuts.

It does not know the story; it is played by play.py and watched by whoever it is given.
"""

from emulator.models import cards, meter, vehicle
from emulator.models.disk import Disk
from emulator.models.link import Link
from emulator.models.office import Office
from emulator.models.prng import Prng
from emulator.simulation import board
from emulator.simulation.world import World
from firmware.crypto import jose
from firmware.terminal.startup import Assembly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Charger:
    """One terminal with its meter, vehicle, cards, link and office."""

    def __init__(self, kernel, story: dict, craft, watcher):
        """Set up a story's world.

        `craft` makes signers and verifiers, `watcher` sees screens, signals and crashes.
        """
        self.kernel = kernel
        self._watcher = watcher
        self._life: "board.Life | None" = None
        self.assembly: "Assembly | None" = None
        self.prng = Prng(story["seed"], "terminal")
        self.wall = board.Wall(kernel, story["start_utc_s"])
        self.antenna = board.Antenna(kernel)
        self.buttons = board.Buttons(kernel)
        sector_bytes = story["terminal"].get("ledger_sector_bytes", 0)
        self.disk = Disk(craft.backing(), seed=story["seed"], sector_bytes=sector_bytes)
        # The terminal's first key; where the story changes it, `keys` has those that came after.
        self.signer = craft.signer(self._key(story))
        self.keys = self._key_store(story, craft)
        self.verifier = craft.verifier if self.keys else None
        # Whoever orders something in this story, None where nobody does.
        self.operator = self._operator(story)
        self.config = self._configuration(story)
        self._told = self._orderable()
        self.cards = {
            name: cards.make(card, Prng(story["seed"], "card " + name))
            for name, card in story["cards"].items()
        }
        told = story["meter"]
        told_vehicle = story["vehicle"]
        self.world = World(
            kernel,
            meter.Meter(told["model"], told["serial"], told["register_wh"]),
            vehicle.Vehicle(told_vehicle["power_w"], told_vehicle["battery_wh"]),
            self.config.meter_unit,
            watcher.on_close,
        )
        public = self.signer.public_key()
        self.verify = craft.verifier(public)
        self.first_prev = jose.thumbprint(public)
        self.decode = craft.decode
        self.office = Office(self.config.id, self.first_prev, self.verify, self.decode, self.verifier)
        # At which write after the power's return it goes again, 0: at none.
        self._cut_after = 0
        # Whether something went bad on the disk that had been whole.
        self.is_damaged = False
        # When the power last went, by whatever hand.
        self.cut_ms: "int | None" = None
        # How far the office had come before it lost its newest records, 0 while it lost none.
        self.had_next_seq = 0
        desk = self.operator or self.office
        self.link = Link(Prng(story["seed"], "link"), desk.answer, desk)

    def _operator(self, story):
        """Return the operator of a story with orders; it is in no memory for all others."""
        if not [step for step in story["steps"] if step["action"] == "order"]:
            return None
        from emulator.models import ordering

        poll_s = story.get("poll_s", ordering.POLL_S)
        return ordering.Operator(story["terminal"]["id"], story["seed"], self, poll_s)

    def _key(self, story, number=1):
        from firmware.crypto import p256

        return p256.generate(Prng(story["seed"], "key" if number == 1 else "key %d" % number).random_bytes)

    def _key_store(self, story, craft):
        """Return the store of a story that changes the terminal's key; it is in no memory for all others."""
        if not [step for step in story["steps"] if step["action"] == "key_retire"]:
            return None
        from emulator.models.key_store import KeyStore

        return KeyStore(lambda number: craft.signer(self._key(story, number)))

    def retire_key(self) -> None:
        """Have the configuration name the key in force as the one that is to go, from the next start on."""
        self.config.key_retire = self.keys.thumbprints()[0]

    def _configuration(self, story):
        # In memory only while they read.
        from firmware import config as settings
        from firmware.crypto import jsontext

        document = dict(story["terminal"])
        document["tariffs"] = [jsontext.parse(text) for text in story["tariffs"]]
        document["board"] = "bench"
        document.setdefault("office_url", "http://office")
        if self.operator:
            document["operator_key"] = self.operator.key()
        terms = document.pop("bank_cards", None)
        config: "Any" = settings.from_document(document)
        if terms:
            config.bank_cards = _bank_terms(terms, config)
        return config

    def _orderable(self):
        """Return the settings, by name, that an operator may change in this story."""
        if not self.operator:
            return {}
        from firmware.uplink import changes

        return {name: getattr(self.config, name) for name in changes.LISTS + changes.SETTINGS}

    def power_on(self) -> None:
        """Start the terminal."""
        if self._life is not None:
            return
        # A process that starts reads its settings from its file; what was ordered it knows from its ledger.
        for name in self._told:
            setattr(self.config, name, self._told[name])
        self.disk.power_on()
        if self._cut_after:
            self.disk.cut_at_write(self._cut_after)
            self._cut_after = 0
        life = board.Life(self.kernel, self.power_cut, self._watcher.on_crash)
        self._life = life
        life.spawn(self._serve(life))

    def cut_at_write(self, count: int) -> None:
        """Let the power go at the n-th write from now on, or from when the power is back."""
        if self._life is None:
            self._cut_after = count
        else:
            self.disk.cut_at_write(count)

    async def _serve(self, life):
        assembly = Assembly(board.make(life, self), self.config, None, _card_secrets(self.config))
        self.assembly = assembly
        await assembly.serve()

    def stop(self) -> None:
        """Tell the terminal's process to end in order, as SIGTERM does, and let it end."""
        if self._life is None or self.assembly is None:
            return
        self.assembly.stop()
        life, self._life = self._life, None
        self.assembly = None
        life.end()

    def power_cut(self) -> None:
        """Take the power from the terminal: its contactor drops, its memory is gone, its storage keeps
        what was durable.
        """
        if self._life is None:
            return
        life, self._life = self._life, None
        life.end()
        self.assembly = None
        self.cut_ms = self.kernel.now_ms
        self.world.command_contactor(False)
        self.world.power_failure()

    def is_powered(self) -> bool:
        """Return whether the terminal has power."""
        return self._life is not None

    def session(self):
        """Return the session that the terminal has adopted, or None while it is off or starting."""
        return self.assembly.terminal.session if self.assembly else None

    def pending(self) -> "int | None":
        """Return how many records the office does not have yet, or None while the terminal is off or
        starting.
        """
        return self.assembly.outbox.pending() if self.assembly else None

    def is_ordered(self) -> bool:
        """Return whether the operator ordered something that the terminal has not decided."""
        if self.operator is None:
            return False
        known = self.assembly.recorder.known["order"] if self.assembly else None
        return self.operator.newest() > (known["serial"] if known else 0)

    def on_screen(self, screen: dict) -> None:
        """Pass a screen on."""
        self._watcher.on_screen(screen)

    def on_signal(self, kind: str) -> None:
        """Pass a signal on."""
        self._watcher.on_signal(kind)


def _card_secrets(config):
    """Return by kind what a terminal gets that knows the story's secure and bank cards."""
    secrets: "dict[str, Any]" = {}
    if "desfire" in config.card_order:
        from emulator.models import card_issuer

        secrets["desfire"] = card_issuer.keys()
    if "vde" in config.card_order:
        from emulator.models import vde
        from firmware.cards import issuers

        secrets["vde"] = issuers.parse(vde.issuers_file())
    if config.bank_cards:
        secrets["emv"] = _bank_trust()
    return secrets


def _bank_trust():
    """Return what a tap of a bank card needs beside its terms (terminal.bank.tapped)."""
    from emulator.models import bank
    from firmware.cards.emv import authorities
    from hal.common.aes import Aes

    known = authorities.Authorities(bank.authorities())
    return {"authorities": known, "hash_key": bank.HASH_KEY, "aes": Aes()}


def _bank_terms(terms, config):
    """Return the terms as the terminal reads them; in memory only while they are read."""
    from emulator.models import bank
    from firmware.access import bank_terms

    ids = [document.get("id", document.get("tariffId")) for document in config.tariffs]
    return bank_terms.parse(bank.terms(terms), config.currency, ids)
