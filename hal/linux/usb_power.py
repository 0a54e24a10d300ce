"""Switches a USB device off and on again, as unplugging it would: what a reader that hangs needs.

It does not know readers. Linux lets root withdraw a device's authorisation (Documentation/usb/authorization),
or whoever may write to the device reset it (USBDEVFS_RESET, Documentation/driver-api/usb/usb.rst).
"""

import errno
import fcntl
import os
import time
from pathlib import Path

DEVICES = Path("/sys/bus/usb/devices")
NODES = Path("/dev/bus/usb")
# _IO('U', 20) of linux/usbdevice_fs.h.
USBDEVFS_RESET = 0x5514
# A device draws its last charge from its capacitors.
OFF_S = 0.5


def power_cycle(bus: int, address: int, devices: Path = DEVICES, nodes: Path = NODES) -> str:
    """Switch the device of an address off and on; return in words how. OSError says what to do."""
    authorized = _authorized(bus, address, devices)
    if authorized is None:
        raise OSError(
            errno.ENODEV, f"no USB device has the address {bus}:{address}; unplug it and plug it in"
        )
    if os.access(authorized, os.W_OK):
        authorized.write_text("0")
        time.sleep(OFF_S)
        authorized.write_text("1")
        return f"USB device {bus}:{address} was switched off and on"
    node = nodes / f"{bus:03d}" / f"{address:03d}"
    try:
        descriptor = os.open(node, os.O_WRONLY)
    except OSError as error:
        raise OSError(
            error.errno,
            f"USB device {bus}:{address} cannot be switched off and on ({error.strerror} for {node}); "
            "run as root, let a udev rule give this user the device, or unplug it and plug it in",
        ) from error
    try:
        fcntl.ioctl(descriptor, USBDEVFS_RESET, 0)
    finally:
        os.close(descriptor)
    return f"USB device {bus}:{address} was reset"


def _authorized(bus: int, address: int, devices: Path) -> Path | None:
    """Return the file that holds a device's authorisation."""
    for device in sorted(devices.glob("*")):
        try:
            told = (int((device / "busnum").read_text()), int((device / "devnum").read_text()))
        except (OSError, ValueError):
            # Interfaces have no address of their own.
            continue
        if told == (bus, address):
            return device / "authorized"
    return None
