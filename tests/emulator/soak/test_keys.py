"""Soaks terminals that change their keys, among heavy faults; those that lose a key on the way are caught."""

import json
from pathlib import Path

import pytest

from emulator.models.ahead import Ahead
from emulator.models.prng import Prng
from emulator.simulation import play
from emulator.soak import playing, story
from emulator.soak.faults import keys as faults
from emulator.soak.watch import Watch
from firmware.crypto import jose
from firmware.ledger import segment
from firmware.ledger.journal import Journal
from firmware.terminal import damage, ordering, rotation, tariffs
from tools.__main__ import main
from tools.commands.fast_craft import FastCraft

SEEDS = (1, 2, 3, 4)
# Stories with changes of keys and damage; in the last one the announcement of a key goes bad where it lies.
MIXED = (1017, 1034)
EPISODES = 4
# More than such a start does.
WRITES = 9


def told(seed: int, level: str = "heavy") -> dict:
    """Return the soak's story of a seed with changes of keys strewn in, and nothing damaged at rest."""
    one = story.tell(seed, level, 6)
    one["steps"] = [step for step in one["steps"] if step["action"] != "damage"]
    prng = Prng(seed, "keys")
    for _ in range(EPISODES):
        steps = [story.step_of(*step) for step in faults.episode(prng)]
        at = prng.between(len(story.SESSION), len(one["steps"]) - len(story.MENDED) - len(story.SESSION))
        one["steps"][at:at] = steps
    return one


def played(one: dict) -> tuple[play.Player, list[dict]]:
    events: list[dict] = []
    player = play.Player(one, events.append, FastCraft(), Watch)
    player.run(True)
    return player, events


@pytest.mark.parametrize("seed", SEEDS)
def test_no_promise_breaks_whenever_the_power_goes_and_verify_follows_from_the_first_key(
    seed: int, tmp_path: Path
) -> None:
    player, events = played(told(seed))
    assert player.violated() == []
    first = events[-1]["result"]["terminal"]["key"]
    assert player.charger.keys is not None
    assert jose.thumbprint(jose.public_from_jwk(first)) not in player.charger.keys.thumbprints()
    (tmp_path / "first.jwk").write_text(json.dumps(first))
    content = b"".join(segment.encode_line(event["jws"]) for event in events if "jws" in event)
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    (ledger / segment.name(1)).write_bytes(content)
    platter = player.charger.disk.platter()
    for name in platter.names():
        if name.startswith((tariffs.PREFIX, ordering.STATE)):
            (ledger / name).write_bytes(platter.read(name))
    assert main(["ledger", "check", str(ledger), "--key", str(tmp_path / "first.jwk")]) == 0


def test_the_soaks_heavy_stories_change_keys_also_where_something_is_damaged() -> None:
    actions = [{step["action"] for step in story.tell(seed, "heavy")["steps"]} for seed in range(1, 30)]
    changing = [names for names in actions if "key_retire" in names]
    assert len(actions) == len(changing) > len([names for names in changing if "damage" in names]) > 0


@pytest.mark.parametrize("seed", MIXED)
def test_changes_of_keys_beside_damage_leave_all_else_that_a_seed_draws(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = story.tell(seed, "heavy")
    assert {"key_retire", "damage"} <= {step["action"] for step in told["steps"]}
    rest = tuple(fault for fault in story.STANDARD if fault[0] is not faults.episode)
    monkeypatch.setattr(story, "STANDARD", rest)
    without = story.tell(seed, "heavy")
    # What is drawn after all faults, and the trials of cards, which are drawn after the keys.
    assert without["terminal"] == told["terminal"]
    brushes = [[step for step in one["steps"] if step["action"] == "brush"] for one in (told, without)]
    assert [step["argument"] for step in brushes[0]] == [step["argument"] for step in brushes[1]]


@pytest.mark.parametrize("seed", MIXED)
def test_no_promise_breaks_where_keys_change_beside_damage(seed: int) -> None:
    assert playing.play(playing.told(seed, "heavy"), FastCraft()).violated == []


def test_a_terminal_that_reads_no_copy_of_a_damaged_announcement_is_caught_by_such_a_story(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Journal, "announcements", lambda journal: ())
    violated = playing.play(playing.told(MIXED[-1], "heavy"), FastCraft()).violated
    assert [wrong for wrong in violated if "waited a day for uploaded" in wrong]


def lost_before_a_change() -> list[str]:
    """Return what is violated where records that the office lacks go bad, and the key changes before it can
    be told of them.
    """
    one = story.tell(7, "none", 3)
    steps = [(0, "link", "down")]
    steps += 2 * [step for step in story.SESSION if step[2] != "uploaded"]
    steps += [(0, "power", "cut"), *2 * [(0, "damage", "byte_of_ledger")], (1, "power", "on")]
    steps += [(60, "key_retire", True), (0, "power", "cut"), (1, "power", "on")]
    steps += [(60, "link", "up"), (600, "wait", "uploaded")]
    at = len(story.SESSION)
    one["steps"][at:at] = [story.step_of(*step) for step in steps]
    return list(played(one)[0].violated())


def test_what_went_bad_before_a_change_of_keys_is_named_under_the_new_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = []
    hear = Ahead.hear
    monkeypatch.setattr(Ahead, "hear", lambda self, payload: heard.append(hear(self, payload)) or heard[-1])
    assert lost_before_a_change() == []
    assert True in heard


def test_a_terminal_that_does_not_announce_the_new_key_ahead_of_what_it_names_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proof = damage.proof
    monkeypatch.setattr(damage, "proof", lambda *told: proof(*told)[-1:])
    assert [wrong for wrong in lost_before_a_change() if "waited a day for uploaded" in wrong]


def cut(write: int) -> list[str]:
    """Return what is violated where the power goes in a write of the start that changes the key."""
    one = story.tell(7, "none", 3)
    steps = [(0, "key_retire", True), (0, "power", "cut"), (1, "cut_at_write", write), (0, "power", "on")]
    steps += [(60, "power", "cut"), (60, "power", "on"), (60, "wait", "uploaded")]
    at = len(story.SESSION)
    one["steps"][at:at] = [story.step_of(*step) for step in steps]
    return list(played(one)[0].violated())


def test_the_power_may_go_in_any_write_of_the_start_that_changes_the_key() -> None:
    assert {write: cut(write) for write in range(1, WRITES)} == dict.fromkeys(range(1, WRITES), [])


def test_a_terminal_that_gives_up_its_key_before_the_new_one_is_announced_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rotate = rotation.rotate

    async def hasty(recorder: object, signer: object, acknowledged: int) -> object:
        signer.successor(True)  # type: ignore[attr-defined]
        signer.adopt()  # type: ignore[attr-defined]
        return await rotate(recorder, signer, acknowledged)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "rotate", hasty)
    found = [wrong for write in range(1, WRITES) for wrong in cut(write)]
    assert [wrong for wrong in found if "which is not on the board" in wrong]


def test_a_terminal_that_signs_on_under_the_old_key_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from firmware.terminal.recorder import Recorder

    use = Recorder.use
    monkeypatch.setattr(Recorder, "use", lambda self, signer: use(self, getattr(self, "_signer", signer)))
    found = [wrong for seed in SEEDS[:2] for wrong in played(told(seed, "none"))[0].violated()]
    assert [wrong for wrong in found if "that names the key" in wrong]
