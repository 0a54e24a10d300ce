"""Puts what the operator ordered in force: each order as a whole or not at all.

It does not know who signed it. What all orders changed lies in a blob, named by its hash; which blob counts,
the ledger alone says. So a power cut at any write leaves the old or the new, never both: the blob is stored,
then `order.applied` names it, and only then does the terminal go by it.
"""

from ..access import references
from ..access.contracts import Contracts
from ..crypto import canonical
from ..errors import AccessError, PricingError, TerminalError
from ..pricing import calendar, discount
from ..session import events
from ..uplink import changes, orders
from . import configured, retention, tariffs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Board

    from ..pricing.tariff import Tariff
    from .startup import Assembly

    Document = dict[str, Any]

STATE = "orders-"
# The fault of a terminal whose storage lost what it was ordered: prices and contracts are unknown.
FAULT = "orders"
# What a record tells of an order that cannot be: enough to mend it, and no more than a record holds.
MOST_PROBLEMS = 20
LONGEST_PROBLEM = 200


class Ordering:
    """One decision; made for it, and in memory no longer."""

    def __init__(self, board: "Board", config: "Any", parts: "Assembly") -> None:
        self._board = board
        self._config = config
        self._parts = parts
        known = parts.recorder.known["order"]
        self._state: "str | None" = known["state"] if known else None

    def bring(self) -> None:
        """Put in force at a start what the ledger says was ordered. Raises TerminalError."""
        if self._state is None:
            return
        overlay = self._overlay()
        if overlay is None:
            return
        lists = changes.effective(_lists(self._config), overlay)
        parsed, problems = self._judge(lists)
        if problems:
            told = "the configuration and what the operator ordered do not go together: %s"
            raise TerminalError(told % "; ".join(problems))
        _put(self._config, lists, overlay["settings"])
        self._parts.tariffs.put(lists["tariffs"], parsed[1])
        if FAULT in self._parts.recorder.known["faults"]:
            # Somebody restored it.
            self._parts.inbox.post((events.FAULT_CLEARED, {"fault": FAULT}))

    async def decide(self, told: "Document") -> None:
        """Apply an order as a whole, or refuse it. Raises StorageRefused and OSError: nothing is decided."""
        if told["refusal"]:
            await self._refuse(told, *told["refusal"])
            return
        order = told["order"]
        changed = order["changes"]
        # What the order before asks for comes first.
        await self.finish()
        try:
            (lists, parsed), (commands, corrected), problems = self._planned(changed)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # An order that trips this firmware up is not in force, and must not stop the charger.
            problems = ["this firmware cannot read it (%r); report that as a fault of its own" % error]
        if problems:
            await self._refuse(told, orders.CONTENT, problems)
            return
        overlay = changes.overlaid(self._overlay() or {}, changed)
        overlay["commands"] = commands
        overlay["corrected"] = corrected
        state = self._store(overlay)
        for tariff, document in zip(parsed[1], lists["tariffs"]):
            tariffs.store(self._board.storage, tariff, document)
        members = self._told(told)
        members["changed"] = sorted(changed)
        members["state"] = state
        members["left"] = len(commands)
        members["tariffs"] = _hashes(parsed[1])
        members["configured"] = configured.digest(self._config, members["tariffs"])
        await self._parts.recorder.record("order.applied", members)
        self._state = state
        self._adopt(lists, parsed, changed.get("settings", {}))
        self._parts.inbox.post((events.FAULT_CLEARED, {"fault": FAULT}))
        self._set_clock(order, told["heard_ms"])
        await self._parts.recorder.flush()
        self._save()
        self._tidy()
        retention.sort_tariffs(self._board.storage, self._parts)
        await self.finish()

    def _planned(self, changed: "Document") -> "tuple[Any, Any, list[str]]":
        """Return lists as they would be with what they say, parsed; commands with what they make of receipts;
        and why the order cannot be.
        """
        commands: "list[Any]" = []
        corrected: "Document" = {}
        lists: "Document" = {}
        parsed: "Any" = None
        problems = changes.problems(changed)
        if self._content() is None and not changed.get("anew"):
            problems.append(
                "what was ordered before is damaged in the terminal; order all of it (anew = true)"
            )
        if not problems:
            corrected = self._corrected()
            commands, problems = self._commands(changed.get("commands", []), corrected)
        if not problems:
            lists = changes.effective(_lists(self._config), changed)
            parsed, problems = self._judge(lists)
        if not problems and not changes.fits(_hashes(parsed[1])):
            problems = ["tariffs: %d are more than a record can name; remove some" % len(parsed[1])]
        return (lists, parsed), (commands, corrected), problems

    def _told(self, told: "Document") -> "Document":
        """Return what a record says of an order."""
        about: "Document" = {"hash": told["hash"]}
        serial = told["order"].get("serial")
        if isinstance(serial, int):
            about["serial"] = serial
        return {"order": about}

    def _judge(self, lists: "Document") -> "tuple[Any, list[str]]":
        """Return contracts and tariffs of lists that go together, and every problem of those that do not."""
        config = self._config
        parsed, problems = tariffs.parse_all(lists["tariffs"], config.max_power_w, config.currency)
        known = None
        try:
            discount.parse_all(lists["discounts"])
            known = Contracts(lists["contracts"], lists["deny"])
        except (AccessError, PricingError) as error:
            problems += error.problems
        problems += references.problems(lists["contracts"], lists["tariffs"], lists["discounts"])
        needed = config.bank_cards["tariff"] if config.bank_cards else None
        if needed is not None and needed not in [tariff.id for tariff in parsed]:
            problems.append("removed/tariffs: bank cards charge under %s" % needed)
        return (known, parsed), problems

    async def _refuse(self, told: "Document", why: str, what: "str | list[str]") -> None:
        """Record why an order is refused; what no operator can have meant, once until one is applied."""
        known = self._parts.recorder.known["order"]
        if why != orders.CONTENT and known and why in known["refused"]:
            return
        problems = [what] if isinstance(what, str) else what
        members = self._told(told)
        members["reason"] = why
        members["problems"] = [problem[:LONGEST_PROBLEM] for problem in problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            members["problems"].append("and %d more" % (len(problems) - MOST_PROBLEMS))
        await self._parts.recorder.record("order.refused", members)

    def _adopt(self, lists: "Document", parsed: "Any", settings: "Document") -> None:
        """Go by what is durable; a session that is open keeps its own tariff and terms."""
        parts = self._parts
        _put(self._config, lists, settings)
        parts.contracts = parsed[0]
        parts.tariffs.put(lists["tariffs"], parsed[1])
        if parts.display.shown[0] == "welcome":
            try:
                parts.display.show(*parts.display.shown)
            except OSError:
                # The next screen tells that the panel does not obey.
                return

    def _set_clock(self, order: "Document", heard_ms: int) -> None:
        """Learn the time from an order, made for this question, where none is known or it is told to."""
        clock = self._board.clock
        if clock.utc_s() is None or order["changes"].get("set_clock"):
            clock.set_utc(calendar.parse_utc(order["time"]) + clock.elapsed_ms(heard_ms) // 1000)

    # What is kept

    def _overlay(self) -> "Document | None":
        """Return all that orders changed; None, which is a fault, where it is damaged."""
        content = self._content()
        return None if content is None else canonical.decode(content)

    def _content(self) -> "bytes | None":
        if self._state is None:
            return b"{}"
        content = self._board.storage.read(_name(self._state))
        if orders.digest(content).hex() != self._state:
            told = (
                "%s, which holds what was ordered, is damaged; restore it, or order all of it (anew = true)"
            )
            self._parts.inbox.post((events.FAULT, {"fault": FAULT, "what": told % _name(self._state)}))
            return None
        return content

    def _store(self, overlay: "Document") -> str:
        """Store it under its hash, beside the one in force. Raises OSError."""
        content = canonical.encode(overlay)
        state = orders.digest(content).hex()
        if not self._board.storage.size(_name(state)):
            self._board.storage.replace(_name(state), content)
        return state

    def _save(self) -> None:
        """Write a checkpoint: a start has to know what is in force, be the record of it damaged, before what
        was in force is gone. Raises OSError.
        """
        parts = self._parts
        told = parts.recorder.known, parts.outbox.acknowledged, parts.terminal.progress()
        parts.memory.save(*told, is_milestone=True)

    def _tidy(self) -> None:
        """Remove what is in force no more; what stays is removed after the next order."""
        storage = self._board.storage
        kept = _name(self._state or "")
        for name in [name for name in storage.names() if name.startswith(STATE) and name != kept]:
            storage.remove(name)

    # Commands

    def _corrected(self) -> "Document":
        """Return what orders made of receipts whose records are kept: no other can be corrected."""
        known = (self._overlay() or {}).get("corrected", {})
        first = self._parts.journal.first_seq() or 1
        return {receipt: known[receipt] for receipt in known if known[receipt][0] >= first}

    def _commands(self, given: "list[Document]", corrected: "Document") -> "tuple[list[Document], list[str]]":
        """Return kinds and members of the records that commands ask for, and why some cannot be; what they
        make of receipts is put in.
        """
        if not given:
            return [], []
        from . import commands

        return commands.prepared(given, self._parts.journal, self._parts.zone, corrected)

    async def finish(self) -> None:
        """Write the records that the order in force asks for and the ledger lacks.

        Raises StorageRefused, OSError.
        """
        recorder = self._parts.recorder
        known = recorder.known["order"]
        if not known or not known["left"]:
            return
        overlay = self._overlay()
        if overlay is None:
            return
        due = overlay["commands"]
        for kind, members in due[len(due) - known["left"] :]:
            members["order"] = {"serial": known["serial"]}
            await recorder.record(kind, members)
        # They are written once, though the last of them and the checkpoints go bad.
        self._save()


def _lists(config: "Any") -> "Document":
    return {name: getattr(config, name) for name in changes.LISTS}


def _put(config: "Any", lists: "Document", settings: "Document") -> None:
    """Let the settings say what was ordered; done twice it says the same."""
    for name in lists:
        setattr(config, name, lists[name])
    for name in settings:
        setattr(config, name, settings[name])


def _hashes(parsed: "list[Tariff]") -> "list[list[str]]":
    return sorted([[tariff.id, tariff.hash] for tariff in parsed])


def _name(state: str) -> str:
    return STATE + state[:32]
