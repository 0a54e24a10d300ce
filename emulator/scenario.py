"""Reads a scenario file and turns it into a story: plain values that a player on any interpreter can act out.

It does not know how a story is played, neither in simulation nor on the bench.

A story is made of what JSON can hold, so it can be handed to another process:

    {"title": "…", "start_utc_s": 1774717140, "seed": 7, "speed": 600,
     "terminal": {"id": "KT-0001", …},
     "tariffs": ["{\\"id\\": …}", …],
     "meter": {"model": "eastron-sdm630", "serial": "21110042", "register_wh": 123456},
     "vehicle": {"power_w": 11000, "battery_wh": 60000},
     "cards": {"alice": {"kind": "rfid", "uid": "04A1B2C3D4E580"},
               "visa": {"kind": "emv", "pan": "4761739001010119", "expires": "2031-12"}},
     "steps": [{"after_ms": 5000, "action": "tap", "argument": "alice"}, …]}

`terminal` is the terminal's configuration: the file's [terminal] with `contracts` (as in the file, but `uid`
in place of the card's name), `deny` (UIDs) and `meter_model`, and without `tariffs`. Each of these is the
JSON text of its file, for its decimals must not pass through a float. An action's argument is the file's,
but `clock` has "unset" or the seconds to jump by, and `order` has {"tariffs": [JSON text], "contracts": […],
"deny": [UID], "time": bool, "commands": [{"command": "cancel", "receipt", "reason"}]} (a "correct" with its
"bill"), each member only if the file gives it. A story that is made elsewhere, for a
benchmark or a soak, may say `repeat`, how often the simulation plays its steps, one round after another, and
`poll_s`, how often an idle terminal asks for orders.
"""

import json
import re
import tomllib
from pathlib import Path

from emulator import story_fields as fields
from emulator import story_values as values
from emulator.errors import ScenarioError
from emulator.models import bank
from emulator.toml_lines import Lines
from emulator.toml_lines import Path as Place
from firmware.access import bank_terms
from firmware.cards.emv import identity
from firmware.crypto import canonical, jsontext
from firmware.errors import AccessError, ConfigError, CryptoError, MeteringError, PricingError
from firmware.metering import models
from firmware.pricing import tariff
from firmware.terminal import checking

# What the world gives the terminal: the files for such cards, and its own office.
GIVEN_LATER = ("card_keys: missing", "card_issuers: missing", "office_ca: missing")
# Table, index and rest of "tariffs/0/currency: …", "contracts/1: …" and "contracts: /contracts/1/uid: …".
LISTED = re.compile(r"(?:\w+: /)?(?P<list>tariff|contract)s/(?P<index>\d+)(?:: )?(?P<rest>.*)", re.DOTALL)
FROM_TABLES = {"tariffs": "[[tariff]]", "contracts": "[[contract]]", "deny": "[[deny]]"}


def read(path: str | Path) -> dict:
    """Return the story of a scenario file. Raises ScenarioError with every problem, OSError."""
    path = Path(path)
    try:
        text = path.read_bytes().decode()
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError([f"{path}: no TOML: {error}"]) from error
    reading = _Reading(path, Lines(text))
    story = reading.story(document)
    if reading.problems:
        raise ScenarioError([problem for _, problem in sorted(reading.problems)])
    return story


class _Reading:
    """One pass over a document that gathers its problems."""

    def __init__(self, path: Path, lines: Lines):
        self.path = path
        self.lines = lines
        self.problems: list[tuple[int, str]] = []
        self.cards: dict[str, dict] = {}
        self.denied_numbers: list[str] = []
        self.tariff_ids: list[str] = []

    def story(self, document: dict) -> dict:
        top = self.table((), document, fields.TOP)
        tariffs = [self.tariff(("tariff", i), given) for i, given in enumerate(top["tariff"])]
        for i, given in enumerate(top["card"]):
            self.card(("card", i), given)
        # Before the contracts: these may name a tariff that an order brings.
        steps = [self.step(("step", i), given) for i, given in enumerate(top["step"] or [])]
        contracts = [self.contract(("contract", i), given) for i, given in enumerate(top["contract"])]
        denied = [self.denied(("deny", i), given) for i, given in enumerate(top["deny"])]
        deny = [uid for uid in denied if uid is not None]
        meter = self.meter(top["meter"])
        return {
            "title": top["title"],
            "start_utc_s": top["start"],
            "seed": top["seed"],
            "speed": top["speed"],
            "terminal": self.terminal(top["terminal"], contracts, deny, meter["model"], tariffs),
            "tariffs": tariffs,
            "meter": meter,
            "vehicle": self.table(("vehicle",), top["vehicle"], fields.VEHICLE),
            "cards": self.cards,
            "steps": steps,
        }

    def problem(self, place: Place, sentence: str) -> None:
        number = self.lines.find(place)
        name = ".".join(str(part) for part in place if isinstance(part, str))
        self.problems.append((number, f"{self.path}, line {number}: {name + ': ' if name else ''}{sentence}"))

    def table(self, place: Place, given: dict, known: tuple) -> dict:
        """Return every field of a table in its normal form, its default where it is absent or wrong."""
        names = [name for name, _, _ in known]
        for key in given:
            if key not in names:
                self.problem((*place, key), "no such key here; expected one of " + ", ".join(names))
        return {name: self.field(place, given, name, check, default) for name, check, default in known}

    def field(self, place: Place, given: dict, name: str, check: values.Check, default: object) -> object:
        if name in given:
            try:
                return check(given[name])
            except values.Unexpected as expected:
                self.problem((*place, name), f"{_shown(given[name])} is not possible; expected {expected}")
                return [] if check is values.tables else {} if check is values.table else None
        if default is fields.NEEDED:
            self.problem(place, f"{name} is missing")
            return None
        return default

    def tariff(self, place: Place, given: dict) -> str:
        name = self.table(place, given, fields.TARIFF)["file"]
        return self.tariff_file((*place, "file"), name, must_hold=True) if name else ""

    def tariff_file(self, place: Place, name: str, must_hold: bool) -> str:
        """Return the text of a tariff; one in an order may be unusable, for the terminal has to refuse it."""
        try:
            content = (self.path.parent / name).read_bytes()
            document = jsontext.parse(content)
            if must_hold:
                self.tariff_ids.append(tariff.parse(document).id)
            elif isinstance(document, dict) and isinstance(document.get("id"), str):
                self.tariff_ids.append(document["id"])
            return content.decode()
        except OSError as error:
            self.problem(place, f"{name} cannot be read: {error.strerror}")
        except ValueError:
            self.problem(place, f"{name!r} is no name of a file")
        except CryptoError as error:
            self.problem(place, f"{name} is no JSON: {error}")
        except PricingError as error:
            for sentence in error.problems:
                self.problem(place, f"{name}: {sentence}")
        self.tariff_ids.append("")  # It may have had any id: nobody is blamed for naming it.
        return ""

    def card(self, place: Place, given: dict) -> None:
        card = self.table(place, given, fields.CARD)
        name, kind = card.pop("name"), card["kind"]
        for needed in fields.CARD_NEEDS.get(kind, ()):
            if needed not in given:
                self.problem(place, f"{needed} is missing; a card of kind {kind} needs it")
        for key, kinds in fields.CARD_HAS.items():
            if kind and key in given and kind not in kinds:
                self.problem((*place, key), f"a card of kind {kind} has no {key}; only {kinds[0]} has")
        possible = fields.CARD_SECURE.get(kind, ())
        if kind and "secure" in given and card["secure"] not in possible:
            told = (
                f"secure is one of {', '.join(possible)}" if possible else "no key to be secure by is there"
            )
            self.problem((*place, "secure"), f"of a card of kind {kind}, {told}")
        if name in self.cards:
            self.problem((*place, "name"), f"there is already a card named {name!r}")
        # Without a name it may have any: nobody is blamed for naming it.
        self.cards[name or ""] = _present(card)

    def uid_of(self, place: Place, name: str | None) -> str | None:
        """Return the UID of the card that is named here."""
        card = self.cards.get(name or "", {})
        if self.known_card(place, name) and card.get("kind") == "emv" and "uid" not in card:
            self.problem(place, f"the card {name!r} has no uid, by which it could be known here")
        # A card with a certificate is known by the name in it.
        return "CN=" + card["subject"] if card.get("subject") else card.get("uid")

    def known_card(self, place: Place, name: str | None) -> bool:
        if name is not None and name not in self.cards and "" not in self.cards:
            self.problem(
                place, f"no card is named {name!r}; expected one of " + (", ".join(self.cards) or "none yet")
            )
        return name in self.cards

    def contract(self, place: Place, given: dict) -> dict:
        contract = self.table(place, given, fields.CONTRACT)
        contract["uid"] = self.uid_of((*place, "card"), contract.pop("card"))
        is_known = contract["tariff"] in self.tariff_ids or "" in self.tariff_ids
        if contract["tariff"] is not None and not is_known:
            known = ", ".join(self.tariff_ids) or "none yet"
            self.problem(
                (*place, "tariff"), f"no tariff has the id {contract['tariff']!r}; expected one of {known}"
            )
        return _present(contract)

    def denied(self, place: Place, given: dict) -> str | None:
        """Return the UID of a denied card; a bank card is denied by the hash of its number instead."""
        name = self.table(place, given, fields.DENY)["card"]
        number = self.hash_of(name)
        if number:
            self.denied_numbers.append(number)
            return None
        return self.uid_of((*place, "card"), name)

    def denied_by_order(self, place: Place, name: str) -> str | None:
        """Return how an order's deny list writes a card."""
        number = self.hash_of(name)
        return "CARD=" + number if number else self.uid_of(place, name)

    def hash_of(self, name: str | None) -> str | None:
        """Return by what records and deny lists know a bank card, None of any other card."""
        card = self.cards.get(name or "", {})
        if card.get("kind") != "emv" or not card.get("pan"):
            return None
        return identity.keyed_hash(bank.HASH_KEY, card["pan"])

    def meter(self, given: dict) -> dict:
        meter = self.table(("meter",), given, fields.METER)
        try:
            models.find(meter["model"] or "eastron-sdm630")
        except MeteringError as error:
            self.problem(("meter", "model"), str(error))
        return meter

    def terminal(
        self, given: dict, contracts: list, deny: list, meter_model: str, tariffs: list[str]
    ) -> dict:
        """Return the terminal's configuration, checked as the terminal will check it, but without tariffs."""
        own = {}
        for key in given:
            if key in FROM_TABLES:
                self.problem(("terminal", key), f"give {key} as {FROM_TABLES[key]} tables")
            else:
                own[key] = given[key]
        own.setdefault("id", "KT-0001")
        own.setdefault("meter_model", meter_model)
        judged = {"board": "bench", **own}
        if isinstance(own.get("bank_cards"), dict):
            del judged["bank_cards"]  # Not whole yet; they are judged below.
        texts: list[str] = []
        if not self.problems:  # Else what the tables lack would be told twice.
            judged.update(contracts=contracts, deny=deny)
            texts = tariffs
        content = json.dumps(judged, default=str)[:-1] + f', "tariffs": [{", ".join(texts)}]}}'
        try:
            checking.read(content.encode())
        except ConfigError as error:
            for sentence in error.problems:
                self.setting(sentence)
        if own.get("bank_cards"):
            self.bank_cards(own)
        return {**own, "contracts": contracts, "deny": deny}

    def setting(self, sentence: str) -> None:
        """Tell a problem of the configuration where the file has its reason."""
        if sentence.startswith(GIVEN_LATER) or "there is no tariff" in sentence:
            return  # `contract` knows also the tariffs that an order brings.
        listed = LISTED.match(sentence)
        if listed:
            self.problem((listed["list"], int(listed["index"])), listed["rest"])
            return
        key, _, rest = sentence.partition(": ")
        self.problem(("terminal", key), rest)

    def bank_cards(self, own: dict) -> None:
        """Fill up and check on which terms bank cards charge, as the terminal will."""
        own.setdefault("card_order", "emv rfid")
        place = ("terminal", "bank_cards")
        if "emv" not in str(own["card_order"]).split():
            self.problem(place, "card_order has to name emv, or no bank card is looked for")
        if not isinstance(own["bank_cards"], dict):
            return
        own["bank_cards"] = dict(own["bank_cards"])
        if self.denied_numbers:
            own["bank_cards"]["deny"] = [*own["bank_cards"].get("deny", ()), *self.denied_numbers]
        try:
            terms = bank.terms(own["bank_cards"])
            bank_terms.parse(terms, str(own.get("currency", "EUR")), self.tariff_ids)
        except AccessError as error:
            for sentence in error.problems:
                self.problem(place, sentence)

    def step(self, place: Place, given: dict) -> dict:
        step = self.table(place, given, fields.STEP)
        chosen = [name for name in given if name in fields.ACTION_NAMES]
        if len(chosen) != 1:
            found = "has " + " and ".join(chosen) if chosen else "has none"
            self.problem(
                place,
                f"a step has exactly one action, this one {found}; actions are "
                + ", ".join(fields.ACTION_NAMES),
            )
            return {}
        action = chosen[0]
        argument = step[action]
        if action == "brush" and isinstance(argument, dict):
            argument = self.brush((*place, action), argument)
        elif action in ("tap", "brush") or (action == "hold" and argument):
            for name in argument if isinstance(argument, list) else [argument]:
                self.known_card((*place, action), name)
        if action == "meter_exchange" and argument is not None:
            argument = self.table((*place, action), argument, fields.METER_EXCHANGE)
        if action == "order" and argument:
            argument = self.order((*place, action), argument)
        return {"after_ms": step["after_s"], "action": action, "argument": argument}

    def brush(self, place: Place, given: dict) -> dict:
        brush = _present(self.table(place, given, fields.BRUSH))
        for key in ("card", "then"):
            if key in brush:
                self.known_card((*place, key), brush[key])
        if brush.get("unseen") and "then" not in brush:
            self.problem(
                (*place, "unseen"), "then is missing: which card takes the place of the first unseen"
            )
        return brush

    def order(self, place: Place, given: dict) -> dict:
        order = self.table(place, given, fields.ORDER)
        if order["tariffs"] is not None:
            spot = (*place, "tariffs")
            order["tariffs"] = [self.tariff_file(spot, name, must_hold=False) for name in order["tariffs"]]
        if order["contracts"] is not None:
            spot = (*place, "contracts")
            order["contracts"] = [
                self.contract((*spot, i), entry) for i, entry in enumerate(order["contracts"])
            ]
        if order["deny"] is not None:
            order["deny"] = [self.denied_by_order((*place, "deny"), name) for name in order["deny"]]
        if order["commands"] is not None:
            spot = (*place, "commands")
            order["commands"] = [self.command((*spot, i), entry) for i, entry in enumerate(order["commands"])]
        return _present(order)

    def command(self, place: Place, given: dict) -> dict:
        """Return what is asked for of a receipt; its bill may be wrong, for the terminal has to refuse it."""
        command = self.table(place, given, fields.COMMAND)
        if command["command"] and (command["command"] == "correct") != ("bill" in given):
            self.problem(place, "what corrects a receipt needs a bill, and what cancels one has none")
        elif command["bill"] is not None:
            command["bill"] = self.bill_file((*place, "bill"), command["bill"])
        return _present(command)

    def bill_file(self, place: Place, name: str) -> object:
        try:
            bill: object = json.loads((self.path.parent / name).read_bytes())
            # An operator's office signs nothing else.
            canonical.encode(bill)
            return bill
        except OSError as error:
            self.problem(place, f"{name} cannot be read: {error.strerror}")
        except (ValueError, RecursionError, CryptoError) as error:
            self.problem(place, f"{name} is no JSON of whole numbers and texts: {error}")
        return {}


def _present(table: dict) -> dict:
    """Return a table without the members that nobody gave."""
    return {key: given for key, given in table.items() if given is not None}


def _shown(given: object) -> str:
    """Return a value nearly as its file writes it, and not as Python does."""
    if isinstance(given, bool | list | dict):
        return json.dumps(given, default=str)[:60]
    return repr(given)[:60] if isinstance(given, str) else str(given)
