"""What a terminal says of readers behind PC/SC that go, come back, hang, or are two; with a real daemon."""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

from hal.linux import pcsc_reader
from tests.hal.own_pcscd import OTHER_UID, UID
from tests.interpreters import ROOT

NO_DAEMON = "no daemon answers; run: apt install pcscd && systemctl start pcscd"
LIMIT_S = 60


def told(story: str) -> list[Any]:
    """Play a story of own_pcscd in name spaces of its own and return what it said."""
    apart = ["unshare", "--mount", "--net"]
    if os.geteuid() != 0 or not shutil.which("pcscd", path=os.defpath + ":/usr/sbin:/sbin"):
        pytest.skip(
            "only root may start a daemon in name spaces of its own: apt-get install pcscd vsmartcard-vpcd"
        )
    if subprocess.run([*apart, "true"], capture_output=True).returncode:
        pytest.skip("this machine makes no name spaces")
    words = [*apart, sys.executable, "-m", "tests.hal.own_pcscd", story]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("story", ["restarted", "killed"])
def test_a_daemon_that_is_started_anew_is_found_again(story: str) -> None:
    before, fault, ready, waiting, after = told(story)
    assert (before, after) == (UID.hex(), OTHER_UID.hex())
    assert "cannot be watched" in fault
    assert NO_DAEMON in ready and NO_DAEMON in waiting


def test_a_reader_that_is_unplugged_is_told_and_found_again() -> None:
    fault, missing, after = told("replugged")
    assert "Virtual PCD 00 00 cannot be watched" in fault
    assert "the daemon knows no reader; plug one in" in missing
    assert after == UID.hex()


def test_a_reader_that_hangs_is_told_and_given_its_power_anew_where_that_can_be() -> None:
    transmitted, in_time, removed, after, on_usb, at_uid = told("hung")
    assert "the reader hangs: no answer in 0.5 s; it is no USB device that is known; unplug it" in transmitted
    assert removed == transmitted and in_time
    assert after == "6d00"
    assert "hangs: no answer in 0.5 s; USB device 1:5 was reset" in on_usb
    assert at_uid == on_usb


def test_while_a_reader_hangs_all_else_goes_on_and_it_is_not_taken_for_ready() -> None:
    first, again, *still, after, paused_s = told("hung_for_long")
    assert "the reader hangs: no answer in 0.5 s" in first and again == first
    assert len(still) == 3 and all("the reader hangs" in said for said in still)
    assert after == (OTHER_UID + b"\0\0\0").hex()
    # One lock of the library holds up whoever calls it meanwhile: nobody on the event loop may.
    assert paused_s < 5


def test_a_card_that_is_pulled_in_mid_command_is_told_as_one_that_does_not_answer() -> None:
    answer, after = told("pulled")
    assert "the card does not answer; hold it still" in answer or "Transaction failed" in answer
    assert after == OTHER_UID.hex()


def test_a_card_that_is_held_badly_is_told_and_then_read() -> None:
    uid, answer, after = told("mute")
    assert "the card does not answer; hold it still" in uid and uid == answer
    assert after == UID.hex()


def test_of_two_readers_the_name_chooses_and_else_the_first_is_taken() -> None:
    assert told("two_readers") == [OTHER_UID.hex(), UID.hex()]


class Library:
    """The calls of PC/SC that a watch makes, answered by a script; what nobody scripted is a KeyError."""

    SCARD_S_SUCCESS, SCARD_STATE_UNAWARE, INFINITE = 0, 0, 0xFFFFFFFF
    SCARD_STATE_CHANGED, SCARD_STATE_UNKNOWN, SCARD_STATE_UNAVAILABLE = 2, 4, 8
    SCARD_STATE_EMPTY, SCARD_STATE_PRESENT = 0x10, 0x20
    SCARD_SHARE_DIRECT, SCARD_PROTOCOL_UNDEFINED, SCARD_LEAVE_CARD = 3, 0, 0

    def __init__(self, channel: list[int], states: list[int]) -> None:
        self.channel, self.states = channel, states

    def SCardConnect(self, _context: Any, _reader: str, share: int, _protocol: int) -> tuple:
        assert share == self.SCARD_SHARE_DIRECT
        return 0, 7, 0

    def SCardGetAttrib(self, _handle: int, attribute: int) -> tuple:
        assert attribute == 0x20110
        return (0, self.channel) if self.channel else (0x8010001F, [])

    def SCardDisconnect(self, _handle: int, _what: int) -> int:
        return 0

    def SCardGetStatusChange(self, _context: Any, _timeout: int, _states: list) -> tuple:
        return 0, [("ACR122U", self.states.pop(0), [])]


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        # PC/SC part 3, 3.1.4: 0020 for USB, then bus and address; 0001 is a serial line.
        ([0x05, 0x03, 0x20, 0x00], (3, 5)),
        ([0x7B, 0x8C, 0x01, 0x00], None),
        ([0x05], None),
        ([], None),
    ],
)
def test_the_place_of_a_reader_on_usb_is_asked_of_the_daemon(
    channel: list[int], address: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcsc_reader, "scard", Library(channel, []))
    assert pcsc_reader._usb_address(1, "ACR122U") == address


def test_a_reader_that_the_daemon_no_longer_knows_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for gone in (Library.SCARD_STATE_UNKNOWN, Library.SCARD_STATE_UNAVAILABLE):
        states = [Library.SCARD_STATE_EMPTY | Library.SCARD_STATE_CHANGED, gone | Library.SCARD_STATE_CHANGED]
        monkeypatch.setattr(pcsc_reader, "scard", Library([], states))
        watch = pcsc_reader._Watch.__new__(pcsc_reader._Watch)
        watch._context, watch._reader, watch._card, watch._has_ended = 1, "ACR122U", None, False
        watch._say = lambda card, fault: None  # type: ignore[method-assign]
        with pytest.raises(OSError, match="ACR122U is gone; plug it in again"):
            watch._watch_reader()
