"""Brings the card reader's side: pyscard where it can be built, for tests the daemon with a virtual reader.

It knows no card.
"""

import shutil
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.setup import debian, environment
from tools.setup.ground import VENV, SetupError, last_lines, say


def _program(name: str) -> Callable[[], bool]:
    return lambda: (
        shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin") is not None
        or (shutil.which(name) is not None)
    )


def _file(pattern: str) -> Callable[[], bool]:
    return lambda: any(Path("/").glob(pattern))


def _python_header() -> bool:
    return Path(sysconfig.get_path("include"), "Python.h").exists()


# Each package with the thing on the disk that shows it is there, whoever brought it.
_BUILD = (
    ("gcc", _program("gcc")),
    ("swig", _program("swig")),
    ("libpcsclite-dev", _file("usr/include/PCSC/winscard.h")),
    ("python3-dev", _python_header),
)
_TEST = (
    ("pcscd", _program("pcscd")),
    ("vsmartcard-vpcd", _file("usr/lib/pcsc/drivers/serial/libifdvpcd*")),
)


def _missing(needs: Sequence[tuple[str, Callable[[], bool]]]) -> list[str]:
    return [package for package, is_there in needs if not is_there()]


def bring(for_tests: bool) -> None:
    """Add pyscard and, for tests, the PC/SC daemon; say in one line what cannot be had, and go on."""
    pyscard = any(VENV.glob("lib/python3*/site-packages/smartcard"))
    missing = [] if pyscard else _missing(_BUILD)
    if for_tests:
        missing += _missing(_TEST)
    if missing and for_tests:
        problem = debian.install(missing)
        missing = ([] if pyscard else _missing(_BUILD)) + _missing(_TEST)
        if missing:
            reason = problem or "the packages did not bring what they should"
            say(f"no virtual card reader ({reason}); to have it: {debian.apt_line(missing)}")
    if not pyscard:
        _build_pyscard(for_tests)


def _build_pyscard(for_tests: bool) -> None:
    missing = _missing(_BUILD)
    if missing:
        if not for_tests:
            say(f"no PC/SC readers without pyscard; to have them: {debian.apt_line(missing)}")
        return
    key = environment.marked("pins") or ""
    if environment.marked("pyscard-failed") == key:
        say("no PC/SC readers: pyscard could not be built here before; remove .venv to try again")
        return
    say("building pyscard for PC/SC readers")
    try:
        environment.pip_install(*environment.pins_of_extra("pcsc"))
    except SetupError as error:
        environment.mark("pyscard-failed", key)
        say("no PC/SC readers: pyscard could not be built: " + last_lines(str(error), 1))
