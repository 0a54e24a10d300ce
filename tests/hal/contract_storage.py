"""What every storage has to do, in plain asserts, so that each interpreter can hold its own boards to it.

It does not know which board it is given.
"""

import errno

from firmware.errors import BoardError
from tests.portable import raises

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import Storage

BAD_NAMES = ("", ".", "..", "a/b", "../a", "A", "a_b", "a b", "ä", "x" * 41)


def check(storage: "Storage") -> None:
    """Hold an empty storage against the port."""
    _appends_grow_a_blob(storage)
    _reads_take_any_part(storage)
    _replacing_leaves_only_the_new(storage)
    _appending_and_replacing_mix(storage)
    _names_are_held_to_their_letters(storage)
    _a_name_is_changed_and_never_taken_from_another(storage)
    _removing_forgets(storage)


def check_reopened(storage: "Storage") -> None:
    """Hold a storage that was opened again after `check` against what lay in it."""
    assert sorted(storage.names()) == ["mixed", "slot"]
    assert storage.read("slot") == b"second"
    assert storage.read("mixed") == b"new+more"
    storage.append("mixed", b"!")
    assert storage.read("mixed") == b"new+more!"


def _appends_grow_a_blob(storage: "Storage") -> None:
    assert sorted(storage.names()) == []
    assert storage.size("log.1") == 0
    storage.append("log.1", b"first\n")
    storage.append("log.1", b"second\n")
    storage.append("log.2", bytes(range(256)))
    storage.append("log.1", b"")
    storage.append("log.1", b"third\n")
    assert storage.read("log.1") == b"first\nsecond\nthird\n"
    assert storage.size("log.1") == 19
    assert storage.read("log.2") == bytes(range(256))
    assert sorted(storage.names()) == ["log.1", "log.2"]


def _reads_take_any_part(storage: "Storage") -> None:
    assert storage.read("log.1", 6) == b"second\nthird\n"
    assert storage.read("log.1", 6, 6) == b"second"
    assert storage.read("log.1", 0, 0) == b""
    assert storage.read("log.1", 13, 1000) == b"third\n"
    assert storage.read("log.1", 19) == b""
    assert storage.read("log.1", 5000, 1) == b""
    assert storage.read("nowhere") == b""
    assert storage.read("nowhere", 3, 4) == b""


def _replacing_leaves_only_the_new(storage: "Storage") -> None:
    storage.replace("slot", b"first and longer")
    storage.replace("slot", b"second")
    assert storage.read("slot") == b"second"
    assert storage.size("slot") == 6
    storage.replace("empty", b"")
    assert storage.size("empty") == 0
    assert sorted(storage.names()) == ["empty", "log.1", "log.2", "slot"]


def _appending_and_replacing_mix(storage: "Storage") -> None:
    storage.append("mixed", b"old")
    storage.replace("mixed", b"new")
    storage.append("mixed", b"+more")
    assert storage.read("mixed") == b"new+more"


def _names_are_held_to_their_letters(storage: "Storage") -> None:
    for name in BAD_NAMES:
        for verb in (storage.size, storage.read, storage.remove):
            raises(BoardError, verb, name)
        raises(BoardError, storage.append, name, b"x")
        raises(BoardError, storage.replace, name, b"x")
    storage.append("x" * 40, b"x")
    storage.remove("x" * 40)


def _a_name_is_changed_and_never_taken_from_another(storage: "Storage") -> None:
    storage.append("grown", b"one")
    storage.rename("grown", "later")
    assert storage.read("later") == b"one" and storage.size("grown") == 0
    storage.append("later", b"two")
    assert storage.read("later") == b"onetwo"
    before = sorted(storage.names())
    assert raises(OSError, storage.rename, "later", "empty").errno == errno.EEXIST
    assert raises(OSError, storage.rename, "nowhere", "nothing").errno == errno.ENOENT
    assert sorted(storage.names()) == before and storage.read("later") == b"onetwo"
    raises(BoardError, storage.rename, "later", "a/b")
    raises(BoardError, storage.rename, "a/b", "fine")
    storage.rename("later", "log.3")
    storage.remove("log.3")


def _removing_forgets(storage: "Storage") -> None:
    for name in ("empty", "log.1", "log.2", "log.2", "nowhere"):
        storage.remove(name)
    assert sorted(storage.names()) == ["mixed", "slot"]
    storage.append("log.1", b"again")
    assert storage.read("log.1") == b"again"
    storage.remove("log.1")
    assert storage.size("log.1") == 0
    assert storage.free_bytes() > 0
