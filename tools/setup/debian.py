"""Installs Debian packages where this process may, and otherwise names the line that would.

It knows no project: which packages are needed is said by the steps.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.setup.ground import last_lines, run, say


def is_root() -> bool:
    """Tell whether this process may install packages."""
    return os.geteuid() == 0


def has_apt() -> bool:
    """Tell whether this machine is a Debian or a child of it."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def apt_line(packages: Sequence[str]) -> str:
    """Give the line that a user types to have the packages."""
    return "sudo apt-get install " + " ".join(packages)


def install(packages: Sequence[str]) -> str | None:
    """Install packages and return None, or return in one line why not."""
    if not has_apt():
        return "this machine has no apt-get"
    if not is_root():
        return "only root may install packages"
    say("installing Debian packages: " + " ".join(packages))
    problem = _apt_install(packages)
    if problem is None:
        return None
    # A fresh image has no package lists, and an old one names versions that the mirror no longer has.
    run(["apt-get", "update", "-q"], env=_QUIET)
    return _apt_install(packages)


_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def _apt_install(packages: Sequence[str]) -> str | None:
    words = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    done = run(words, env=_QUIET)
    return None if done.returncode == 0 else "apt-get could not: " + last_lines(done.stdout, 1)
