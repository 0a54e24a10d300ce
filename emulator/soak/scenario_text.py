"""Writes a story as the scenario file that tells it, with its tariffs beside it.

It does not know why anybody wants it.
"""

from pathlib import Path
from typing import Any

from firmware.pricing import calendar

UNWRITTEN = ("contracts", "deny")


def files(story: dict, path: Path) -> dict[Path, bytes]:
    """Return what the scenario's file holds, and one beside it for each tariff."""
    texts = {}
    for number, text in enumerate(story["tariffs"], 1):
        texts[path.with_name("%s-tariff%d.json" % (path.stem, number))] = text + "\n"
    texts[path] = text_of(story, [tariff.name for tariff in texts])
    return {place: text.encode() for place, text in texts.items()}


def text_of(story: dict, tariffs: list[str]) -> str:
    """Return the scenario file of a story whose tariffs are in files of these names."""
    # Of a card and its copies the first has the contract.
    names = {_known_by(card): name for name, card in reversed(story["cards"].items())}
    start = calendar.format_utc(story["start_utc_s"])
    parts = [_lines({"title": story["title"], "start": start, "seed": story["seed"]})]
    own = {key: given for key, given in story["terminal"].items() if key not in UNWRITTEN}
    parts += [_table("terminal", own), _table("meter", story["meter"]), _table("vehicle", story["vehicle"])]
    parts += [_entry("tariff", {"file": name}) for name in tariffs]
    parts += [_entry("card", {"name": name, **card}) for name, card in story["cards"].items()]
    for contract in story["terminal"]["contracts"]:
        rest = {key: given for key, given in contract.items() if key != "uid"}
        parts.append(_entry("contract", {**rest, "card": names[contract["uid"]]}))
    parts += [_entry("deny", {"card": names[uid]}) for uid in story["terminal"]["deny"]]
    parts += [_entry("step", _step(step)) for step in story["steps"]]
    return "\n".join(parts)


def _known_by(card: dict) -> str | None:
    return "CN=" + card["subject"] if "subject" in card else card.get("uid")


def _step(step: dict) -> dict:
    argument = step["argument"]
    if step["action"] == "clock" and isinstance(argument, int):
        argument = "%+d" % argument
    after_ms = step["after_ms"]
    return {"after_s": after_ms / 1000 if after_ms % 1000 else after_ms // 1000, step["action"]: argument}


def _table(name: str, members: dict) -> str:
    return "[%s]\n%s" % (name, _lines(members))


def _entry(name: str, members: dict) -> str:
    return "[[%s]]\n%s" % (name, _lines(members))


def _lines(members: dict) -> str:
    return "".join(f"{key} = {_written(given)}\n" for key, given in members.items())


def _written(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return '"%s"' % given.replace("\\", "\\\\").replace('"', '\\"')
    if isinstance(given, dict):
        return "{ %s }" % ", ".join(f"{key} = {_written(value)}" for key, value in given.items())
    return str(given)
