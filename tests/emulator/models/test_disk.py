"""Proves that the disk keeps the word of the Storage port, and breaks it only as a power cut would."""

from emulator.models.disk import ENOSPC, Disk, Memory, PowerCut
from tests.portable import raises


def test_blobs_are_appended_replaced_read_and_removed():
    disk = Disk()
    disk.append("b", b"one")
    disk.append("b", b"two")
    disk.replace("a", b"three")
    assert sorted(disk.names()) == ["a", "b"]
    assert disk.read("b") == b"onetwo" and disk.read("b", 2, 3) == b"etw" and disk.read("b", 9) == b""
    assert disk.size("b") == 6 and disk.size("c") == 0 and disk.read("c") == b""
    disk.remove("b")
    disk.remove("b")
    assert sorted(disk.names()) == ["a"]


def test_a_name_is_changed_at_once_or_not_at_all_and_never_taken_from_another():
    seen = []
    for seed in range(20):
        disk = Disk(seed=seed)
        disk.append("a", b"one")
        disk.append("b", b"two")
        raises(OSError, disk.rename, "a", "b")
        raises(OSError, disk.rename, "c", "d")
        disk.rename("b", "c")
        assert sorted(disk.names()) == ["a", "c"] and disk.read("c") == b"two"
        disk.cut_at_write(1)
        raises(PowerCut, disk.rename, "a", "b")
        raises(PowerCut, disk.rename, "a", "b")
        disk.power_on()
        seen.append(sorted(disk.names()))
        assert disk.read(seen[-1][0]) == b"one" and disk.read("c") == b"two"
    assert ["a", "c"] in seen and ["b", "c"] in seen


def test_the_bytes_lie_on_the_backing_storage():
    memory = Memory()
    Disk(memory).append("a", b"kept")
    assert Disk(memory).read("a") == b"kept"


def test_a_cut_tears_an_append_and_ends_everything_until_power_is_back():
    survived = []
    for seed in range(200):
        disk = Disk(seed=seed)
        disk.append("a", b"old.")
        disk.cut_at_write(2)
        disk.append("a", b"whole.")
        raises(PowerCut, disk.append, "a", b"torn")
        for call in (disk.names, disk.free_bytes):
            raises(PowerCut, call)
        raises(PowerCut, disk.read, "a")
        raises(PowerCut, disk.append, "a", b"x")
        disk.power_on()
        content = disk.read("a")
        assert content[:10] == b"old.whole." and len(content) <= 14
        if b"torn".startswith(content[10:]):
            survived.append(len(content) - 10)
        disk.append("a", b"on")
    # Each length from nothing to all of it comes up with some seed, and with some noise in its place.
    assert sorted(set(survived)) == [0, 1, 2, 3, 4] and len(survived) < 200


def test_what_a_cut_leaves_of_an_append_comes_by_sectors_and_harms_neighbours_only_where_it_is_told_to():
    content = bytes([1 + i % 250 for i in range(1500)])
    kept, kinds = [], set()
    for sector_bytes in (0, 512):
        for seed in range(60):
            disk = Disk(seed=seed, sector_bytes=sector_bytes)
            disk.append("a", b"x" * 700)
            disk.cut_at_write(1)
            raises(PowerCut, disk.append, "a", content)
            disk.power_on()
            found = disk.read("a")
            # What lies in sectors of its own is never touched.
            assert found[:512] == b"x" * 512 and len(found) <= 2200
            if found[:700] == b"x" * 700:
                kept.append(sector_bytes)
            if b"\0" in found and content[-100:] == found[-100:]:
                kinds.add("the end without the beginning")
            elif found[700:] and not content.startswith(found[700:]):
                kinds.add("something else")
    assert kept.count(0) == 60 and 0 < kept.count(512) < 60 and len(kinds) == 2


def test_a_cut_leaves_a_replaced_blob_old_or_new_and_a_removed_one_there_or_gone():
    replaced, removed = [], []
    for seed in range(20):
        disk = Disk(seed=seed)
        disk.replace("a", b"old")
        disk.cut_at_write(1)
        raises(PowerCut, disk.replace, "a", b"new")
        disk.power_on()
        replaced.append(disk.read("a"))
        disk.cut_at_write(1)
        raises(PowerCut, disk.remove, "a")
        disk.power_on()
        removed.append(list(disk.names()))
    assert sorted(set(replaced)) == [b"new", b"old"]
    assert [] in removed and ["a"] in removed


def test_the_same_seed_tears_alike():
    def play(seed):
        disk = Disk(seed=seed)
        disk.cut_at_write(1)
        raises(PowerCut, disk.append, "a", bytes(1000))
        disk.power_on()
        return disk.size("a")

    assert play(7) == play(7)
    assert len({play(seed) for seed in range(5)}) > 1


def test_a_full_disk_takes_nothing():
    disk = Disk(capacity_bytes=10)
    disk.append("a", b"12345678")
    assert disk.free_bytes() == 2
    error = raises(OSError, disk.append, "a", b"123")
    assert error.errno == ENOSPC and disk.read("a") == b"12345678"
    assert raises(OSError, disk.replace, "b", b"123").errno == ENOSPC and list(disk.names()) == ["a"]
    disk.remove("a")
    assert disk.free_bytes() == 10


def test_free_room_can_be_set_and_given_back():
    disk = Disk()
    disk.append("a", b"123")
    disk.set_free_bytes(1)
    raises(OSError, disk.append, "a", b"45")
    disk.append("a", b"4")
    assert disk.free_bytes() == 0
    disk.set_free_bytes(None)
    disk.append("a", b"5")
    assert disk.read("a") == b"12345"


def test_power_can_go_between_writes():
    disk = Disk()
    disk.append("a", b"x")
    disk.power_off()
    raises(PowerCut, disk.read, "a")
    disk.power_on()
    assert disk.read("a") == b"x"


def test_no_handler_of_ordinary_exceptions_swallows_a_cut():
    assert not issubclass(PowerCut, Exception)
