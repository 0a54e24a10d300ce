"""Proves that the soak reads on behind the newest record whatever its segment is called, misses one that goes
afterwards, and ends a story only where nothing is left that tells of what is lost.
"""

from emulator.simulation import play
from emulator.soak import playing, story
from emulator.soak.faults import segments
from emulator.soak.ledger import Ledger
from emulator.soak.watch import Watch
from firmware.ledger import checkpoint, segment
from tests.emulator.soak.seeds import STANDARD_SET
from tools.commands.fast_craft import FastCraft


class Read:
    """The ledger of a story that has been played, and its one segment."""

    def __init__(self, seed: int = 7) -> None:
        watches = []

        def watch(charger: object) -> Watch:
            watches.append(Watch(charger))
            return watches[-1]

        player = play.Player(story.tell(seed, "none", 3), lambda event: None, FastCraft(), watch)
        player.run(False)
        self.disk = player.charger.disk.platter()
        self.ledger: Ledger = watches[0].ledger
        (self.name,) = segment.each(self.disk)

    def lines(self) -> list[bytes]:
        content: bytes = self.disk.read(self.name)
        return content.splitlines(True)


def test_segments_that_change_names_are_read_no_second_time_and_nothing_is_gone() -> None:
    read = Read()
    read.ledger.damage(lambda: None)
    for name in (segment.name(40), "ledger-x", segment.name(1)):
        read.disk.rename(read.name, name)
        read.name = name
        assert list(read.ledger.read_on()) == [] and read.ledger.gone() is None
    assert read.ledger.whole() == set(read.ledger.hashes)


def test_what_is_written_on_is_read_wherever_it_stands() -> None:
    for name in (segment.name(1), segment.name(3), "ledger-x"):
        read = Read()
        *before, newest = read.lines()
        # As if the newest one had not been written yet.
        del read.ledger.hashes[len(before) + 1]
        read.ledger._seqs.popitem()
        read.ledger.books._chain.next_seq -= 1
        read.disk.remove(read.name)
        read.disk.append(name, b"".join(before))
        read.ledger.damage(lambda: None)
        assert list(read.ledger.read_on()) == []
        read.disk.append(segment.name(2), newest)
        assert [payload["seq"] for payload in read.ledger.read_on()] == [len(before) + 1]
        assert list(read.ledger.read_on()) == [] and read.ledger.gone() is None


def test_a_record_that_goes_after_the_damage_is_missed() -> None:
    read = Read()
    read.ledger.damage(lambda: read.disk.rename(read.name, segment.name(40)))
    assert list(read.ledger.read_on()) == [] and read.ledger.gone() is None
    read.disk.replace(segment.name(40), b"".join(read.disk.read(segment.name(40)).splitlines(True)[:-1]))
    assert list(read.ledger.read_on()) == []
    assert read.ledger.gone() == "record %d is no longer there" % max(read.ledger.hashes)


def test_the_standard_set_has_segments_that_are_lost_and_renamed() -> None:
    told = [story.tell(seed, "heavy") for seed in STANDARD_SET]
    damages = {step["argument"] for one in told for step in one["steps"] if step["action"] == "damage"}
    assert damages >= set(segments.KINDS)


def test_a_story_whose_disk_lost_records_without_a_trace_ends_where_their_numbers_come_again() -> None:
    told = story.tell(7, "none", 3)
    # No checkpoint is written for a card that is refused.
    steps = [(0, "link", "down"), (10, "tap", "stolen"), (60, "power", "cut"), (0, "damage", "lost_segment")]
    steps += [(60, "power", "on"), (60, "link", "up")]
    at = len(story.SESSION)
    told["steps"][at:at] = [story.step_of(*step) for step in steps]
    played = playing.play([told], FastCraft())
    assert (played.violated, played.forgotten) == ([], 1)


def test_a_number_is_forgotten_only_where_damage_left_neither_record_nor_checkpoint_that_tells_of_it() -> (
    None
):
    strangers = Read(8).lines()
    for is_told, is_taken_before in ((True, False), (False, False), (False, True)):
        read = Read()
        checkpoints = () if is_told else (*checkpoint.SLOTS, checkpoint.MILESTONE)
        names = (read.name, *checkpoints)
        if is_taken_before:
            # By a terminal that wrote where it should not.
            remove(read, *names)
        read.ledger.damage(lambda read=read, names=names: remove(read, *names))  # type: ignore[misc]
        # Another record of number 2.
        read.disk.append(segment.name(2), strangers[1])
        is_forgotten = not is_told and not is_taken_before
        assert len(list(read.ledger.read_on())) == (not is_forgotten)
        assert read.ledger.has_forgotten is is_forgotten is not bool(read.ledger.books.problems)


def remove(read: Read, *names: str) -> None:
    for name in names:
        read.disk.remove(name)
