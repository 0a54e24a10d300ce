"""A session whose start goes bad at rest together with the one checkpoint that knows of it was never billed:
its number is the next session's, and its energy is given back in that one.
"""

from typing import Any

import pytest

from emulator.simulation.play import Player
from emulator.soak.watch import Watch
from firmware.ledger import checkpoint
from firmware.terminal.recorder import Recorder
from tests.emulator.simulation.quick_craft import QuickCraft
from tests.emulator.simulation.test_play import story
from tests.emulator.soak import spoiling

# One checkpoint knows of the second start when the power goes, and nobody else has it.
STEPS = [
    (5, "plug", True),
    (5, "tap", "alice"),
    (60, "plug", False),
    (60, "wait", "uploaded"),
    (60, "link", "down"),
    (60, "plug", True),
    (5, "tap", "alice"),
    (30, "power", "cut"),
    (3600, "power", "on"),
    (600, "wait", "idle"),
    (5, "tap", "alice"),
    (300, "plug", False),
    (60, "link", "up"),
    (600, "wait", "uploaded"),
]
WHILE_OFF_MS = 1_500_000


def played() -> tuple[list[str], list[dict]]:
    """Play the story with the newest record and checkpoint spoilt while the power is off; return what is
    violated, and the records at last.
    """
    told = story(STEPS)
    told["terminal"]["checkpoint_s"] = 120
    player = Player(told, lambda event: None, QuickCraft(), Watch)

    def spoil_newest_checkpoint(disk: Any) -> None:
        newest = max(checkpoint.SLOTS, key=lambda slot: checkpoint.read(disk.read(slot)) or (0,))
        disk.replace(newest, b"spoilt")

    spoiling.spoil_at(player, WHILE_OFF_MS, spoil_newest_checkpoint)
    player.run(True)
    return list(player.violated()), spoiling.records(player)


def test_the_next_session_has_the_number_of_one_whose_start_is_lost_and_gives_its_energy_back() -> None:
    violated, records = played()
    assert violated == []
    (named,) = [record for record in records if record["kind"] == "ledger.damaged"]
    # No record has the number of the one that is lost; the office takes those behind it.
    numbers = [record["seq"] for record in records]
    assert named["first_seq"] == named["last_seq"] == named["seq"] - 1
    assert numbers == [seq for seq in range(1, len(numbers) + 2) if seq != named["first_seq"]]
    first, second = [record for record in records if record["kind"] == "session.started"]
    ends = [record for record in records if record["kind"] == "session.ended"]
    assert [end["session"] for end in ends] == [first["session"], second["session"]]
    assert [first["session"], second["session"]] == ["KT-0001-000001", "KT-0001-000002"]
    # 30 s at 11 kW are 91 Wh.
    assert second["unbilled_wh"] == second["meter"]["wh"] - ends[0]["meter"]["stop_wh"] > 80


def test_a_terminal_that_leaves_out_the_number_of_such_a_session_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leaving_out(recorder: Recorder) -> str:
        seen = recorder.known["receipts"] + 1 + bool(recorder.known["damaged"])
        return "%s-%06d" % (recorder.terminal, seen)

    monkeypatch.setattr(Recorder, "number", leaving_out)
    assert [wrong for wrong in played()[0] if "the next number is KT-0001-000002" in wrong]


def test_a_terminal_that_takes_up_such_a_session_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Recorder.write

    async def twice(recorder: Recorder, kind: str, members: dict, moment: dict) -> dict:
        if kind == "session.started" and recorder.known["damaged"]:
            await write(recorder, kind, members, moment)
        return await write(recorder, kind, members, moment)

    monkeypatch.setattr(Recorder, "write", twice)
    assert [wrong for wrong in played()[0] if "began while KT-0001-000002 was open" in wrong]
