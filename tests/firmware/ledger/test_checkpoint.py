"""Proves that a checkpoint outlives a cut at any write and damage to either slot."""

from emulator.models.disk import Disk, Memory, PowerCut
from firmware.ledger.checkpoint import SLOTS, Checkpoints
from tests.portable import raises


def test_nothing_is_there_at_first():
    assert Checkpoints(Memory()).load() is None


def test_the_newest_document_is_loaded():
    memory = Memory()
    saved = Checkpoints(memory)
    for number in range(5):
        saved.save({"number": number})
        assert Checkpoints(memory).load() == {"number": number}
    # A start goes on where the last one ended.
    for number in range(5, 9):
        Checkpoints(memory).save({"number": number})
        assert Checkpoints(memory).load() == {"number": number}
    assert sorted(memory.names()) == list(SLOTS)


class Counted(Memory):
    """Counts what reaches storage."""

    replaces = 0

    def replace(self, name, content):
        self.replaces += 1
        super().replace(name, content)


def test_a_save_costs_one_replace():
    memory = Counted()
    saved = Checkpoints(memory)
    saved.save({"a": 1})
    saved.save({"a": 1})
    assert memory.replaces == 2


def test_a_damaged_slot_leaves_the_other():
    for damage in (b"", b"\0", b"12345678 9 {}", b"torn", b"\xff" * 100, b"00000000 x {}"):
        memory = Memory()
        saved = Checkpoints(memory)
        saved.save("older")
        saved.save("newer")
        newest = SLOTS[0] if b"newer" in memory.read(SLOTS[0]) else SLOTS[1]
        memory.replace(newest, damage)
        restarted = Checkpoints(memory)
        assert restarted.load() == "older"
        restarted.save("again")
        assert Checkpoints(memory).load() == "again"


def test_every_flipped_bit_is_noticed():
    memory = Memory()
    Checkpoints(memory).save({"wh": 123456})
    name = sorted(memory.names())[0]
    content = memory.read(name)
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1
        memory.replace(name, damaged)
        assert Checkpoints(memory).load() is None, position


def test_a_power_cut_at_every_write_leaves_the_document_before_or_after():
    for seed in range(8):
        for cut in range(1, 6):
            disk = Disk(seed=seed)
            saved = Checkpoints(disk)
            disk.cut_at_write(cut)
            done = None
            try:
                for number in range(6):
                    saved.save(number)
                    done = number
            except PowerCut:
                disk.power_on()
            found = Checkpoints(disk).load()
            assert found in (done, 0 if done is None else done + 1)


def test_a_save_that_fails_leaves_the_newest_and_the_next_one_works():
    disk = Disk()
    saved = Checkpoints(disk)
    saved.save("one")
    saved.save("two")
    disk.set_free_bytes(3)
    for _ in range(3):
        raises(OSError, saved.save, "three")
        assert Checkpoints(disk).load() == "two"
    disk.set_free_bytes(None)
    saved.save("four")
    assert Checkpoints(disk).load() == "four"
