"""What an order may change, and how several orders become one: lists by their ids, settings, commands.

It does not know how orders travel, nor what is in force before them. Only what changed is told: what bears
the id of something that is there takes its place, what `removed` names goes, and all else stays.
"""

from firmware import config as settings
from firmware.access import contracts
from firmware.crypto import canonical, jose
from firmware.errors import AccessError, PricingError
from firmware.pricing import discount, tariff

LISTS = ("contracts", "deny", "discounts", "tariffs")
MEMBERS = LISTS + ("anew", "commands", "removed", "set_clock", "settings")
# Settings that take effect while the terminal runs and let nobody in.
SETTINGS = (
    "checkpoint_s",
    "message_s",
    "meter_idle_poll_ms",
    "meter_poll_ms",
    "panel_page_s",
    "plug_timeout_s",
    "receipt_s",
    "upload_retry_s",
)
CANCEL = "cancel"
CORRECT = "correct"
COMMAND = ("command", "number", "reason", "receipt", "seq")
MOST_COMMANDS = 20
LONGEST_REASON = 200
# What an order brings into one record of the terminal: signature, header and place in the chain come to it.
RECORD_BYTES = (jose.MAX_COMPACT_BYTES - 1024) * 3 // 4

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Document = dict[str, Any]


def problems(changes: "Document") -> "list[str]":
    """Return everything that is wrong with an order's changes by themselves, each with its path.

    Whether contracts name tariffs and discounts that exist is known where these are.
    """
    known = ", ".join(sorted(MEMBERS))
    found = ["%s: no such member; an order has %s" % (key, known) for key in _unknown(changes)]
    for name in LISTS:
        if not isinstance(changes.get(name, []), list):
            found.append("%s: has to be a list" % name)
    for name in ("anew", "set_clock"):
        if not isinstance(changes.get(name, True), bool):
            found.append("%s: has to be true or false" % name)
    if found:
        return found
    found += _removed(changes.get("removed", {}))
    found += _settings(changes.get("settings", {}))
    found += _commands(changes.get("commands", []))
    return found + _contents(changes)


def _unknown(changes: "Document") -> "list[str]":
    return [key for key in sorted(changes) if key not in MEMBERS]


def _contents(changes: "Document") -> "list[str]":
    found = []
    for i, document in enumerate(changes.get("tariffs", ())):
        found += _told("tariffs/%d" % i, tariff.parse, document)
    found += _told("discounts", discount.parse_all, changes.get("discounts", []))
    return found + _told("", _judge_access, changes)


def _judge_access(changes: "Document") -> None:
    contracts.Contracts(changes.get("contracts", []), changes.get("deny", []))


def _told(place: str, check: "Callable[[Any], object]", document: "Any") -> "list[str]":
    """Return the problems that a room finds, each with its place."""
    try:
        check(document)
    except (AccessError, PricingError) as error:
        return [(place + problem).lstrip("/") for problem in error.problems]
    return []


def _removed(removed: "Any") -> "list[str]":
    if not isinstance(removed, dict):
        return ["removed: has to be a table of lists"]
    found = []
    for name in sorted(removed):
        ids = removed[name]
        if name not in LISTS:
            found.append("removed/%s: no such list; there are %s" % (name, ", ".join(LISTS)))
        elif not isinstance(ids, list) or [each for each in ids if not isinstance(each, str)]:
            found.append("removed/%s: has to be a list of texts" % name)
    return found


def _settings(given: "Any") -> "list[str]":
    if not isinstance(given, dict):
        return ["settings: has to be a table"]
    found = []
    for name in sorted(given):
        if name not in SETTINGS:
            found.append("settings/%s: no order changes that; possible are %s" % (name, ", ".join(SETTINGS)))
    for setting in settings.settings():
        if setting.name in SETTINGS and setting.name in given:
            problem = setting.problem(given[setting.name])
            if problem:
                found.append("settings/" + problem)
    return found


def _commands(given: "Any") -> "list[str]":
    if not isinstance(given, list) or len(given) > MOST_COMMANDS:
        return ["commands: has to be a list of up to %d" % MOST_COMMANDS]
    found = []
    for i, command in enumerate(given):
        problem = _command(command)
        if problem:
            found.append("commands/%d: %s" % (i, problem))
    return found


def _command(given: "Any") -> "str | None":
    """Return what is wrong with a command, or None."""
    if not isinstance(given, dict) or given.get("command") not in (CANCEL, CORRECT):
        return "has to be a table whose command is cancel or correct"
    members = COMMAND + (("bill",) if given["command"] == CORRECT else ())
    if sorted(given) != sorted(members):
        return "has to have just " + ", ".join(sorted(members))
    for name in ("number", "seq"):
        if not isinstance(given[name], int) or isinstance(given[name], bool) or given[name] < 1:
            return "%s has to be a whole number from 1" % name
    for name in ("reason", "receipt"):
        if not isinstance(given[name], str) or not 0 < len(given[name]) <= LONGEST_REASON:
            return "%s has to be a text of 1 to %d characters" % (name, LONGEST_REASON)
    if given["command"] == CORRECT:
        from firmware.receipts import totals

        return totals.problem(given["bill"])
    return None


def fits(told: "Any") -> bool:
    """Return whether a record can say what an order has it say."""
    return sum(map(len, canonical.pieces(told))) <= RECORD_BYTES


def effective(before: "Document", changes: "Document") -> "Document":
    """Return the four lists that are in force after an order: what stood `before`, changed; where it begins
    `anew`, nothing of that counts, be it of the configuration or of other orders.
    """
    removed = changes.get("removed", {})
    if changes.get("anew"):
        before = {name: [] for name in LISTS}
    return {name: _merged(before[name], changes.get(name, []), removed.get(name, []), name) for name in LISTS}


def overlaid(overlay: "Document", changes: "Document") -> "Document":
    """Return all that orders changed so far, with one more: it changes the same as they do in turn."""
    if changes.get("anew"):
        overlay = {"anew": True, "settings": overlay.get("settings", {})}
    removed, gone = changes.get("removed", {}), overlay.get("removed", {})
    after: "Document" = {"removed": {}, "settings": dict(overlay.get("settings", {}))}
    after["settings"].update(changes.get("settings", {}))
    if overlay.get("anew"):
        after["anew"] = True
    for name in LISTS:
        given = changes.get(name, [])
        after[name] = _merged(overlay.get(name, []), given, removed.get(name, []), name)
        there = {_id(name, each) for each in after[name]}
        left = set(gone.get(name, [])) | set(removed.get(name, []))
        after["removed"][name] = sorted(left - there)
    return after


def _merged(before: "list[Any]", given: "list[Any]", removed: "list[str]", name: str) -> "list[Any]":
    left = {_id(name, each) for each in given} | set(removed)
    return [each for each in before if _id(name, each) not in left] + given


def _id(name: str, entry: "Any") -> "Any":
    """Return by what an entry of a list is known."""
    if name == "deny":
        return entry
    if name == "tariffs" and "tariffId" in entry:
        # One of OCPP.
        return entry["tariffId"]
    return entry["contract" if name == "contracts" else "id"]
