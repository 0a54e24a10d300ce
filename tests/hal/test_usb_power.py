"""A USB device is switched off and on where the kernel lets us, and else it is said what to do."""

import errno
import os
from pathlib import Path

import pytest

from hal.linux import usb_power


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a tree as sysfs has it: a hub, a reader on its first port, and the reader's interface."""
    monkeypatch.setattr(usb_power, "OFF_S", 0.0)
    for name, address in (("usb1", 1), ("1-1", 5)):
        device = tmp_path / "devices" / name
        device.mkdir(parents=True)
        (device / "busnum").write_text("1\n")
        (device / "devnum").write_text(f"{address}\n")
        (device / "authorized").write_text("1\n")
    (tmp_path / "devices" / "1-1:1.0").mkdir()
    return tmp_path / "devices"


def test_a_device_is_switched_off_and_on(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    keep = Path.write_text
    monkeypatch.setattr(
        Path, "write_text", lambda path, text: written.append((path.parent.name, text)) or keep(path, text)
    )
    assert usb_power.power_cycle(1, 5, devices) == "USB device 1:5 was switched off and on"
    assert written == [("1-1", "0"), ("1-1", "1")]


def test_one_that_is_nowhere_is_told(devices: Path) -> None:
    with pytest.raises(OSError, match="no USB device has the address 1:7; unplug it"):
        usb_power.power_cycle(1, 7, devices)
    with pytest.raises(OSError, match="no USB device"):
        usb_power.power_cycle(1, 5, devices / "missing")


def test_without_the_right_to_switch_it_is_reset_or_it_is_said_what_to_do(
    devices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write whatever its mode is.
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    nodes = tmp_path / "nodes"
    with pytest.raises(OSError, match="No such file .* let a udev rule give this user the device") as raised:
        usb_power.power_cycle(1, 5, devices, nodes)
    assert raised.value.errno == errno.ENOENT
    (nodes / "001").mkdir(parents=True)
    (nodes / "001" / "005").touch()
    asked = []
    monkeypatch.setattr(
        usb_power.fcntl, "ioctl", lambda _file, request, argument: asked.append((request, argument))
    )
    assert usb_power.power_cycle(1, 5, devices, nodes) == "USB device 1:5 was reset"
    assert asked == [(0x5514, 0)]
