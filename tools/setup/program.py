"""The setup as a list of steps; each is free when its result is there.

It knows the order, and no step's inside.
"""

import argparse
import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tools.setup import environment, micropython, pcsc
from tools.setup.ground import CACHE, SetupError, say

_EXAMPLES = """examples:
  python3 -m tools.setup          what the terminal and its tools need
  python3 -m tools.setup --test   that, and what the tests need: PC/SC daemon, both MicroPythons
  python3 -m tools.setup --fuzz   what the terminal needs, and the fuzzer of `make fuzz-cards`
"""


def main(words: Sequence[str]) -> int:
    """Run the setup and return the exit code: 0 everything needed is there, 2 it cannot be."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tools.setup",
        description="Make this checkout ready to run.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--test", action="store_true", help="also bring what the tests need")
    parser.add_argument("--fuzz", action="store_true", help="also bring the fuzzer")
    given = parser.parse_args(words)
    try:
        with _alone():
            _steps(given.test, given.fuzz)
    except SetupError as error:
        say(str(error))
        return 2
    except OSError as error:  # a checkout that is not ours to write, a full disk
        say(f"cannot write the checkout: {error}")
        return 2
    except KeyboardInterrupt:
        say("interrupted; run it again to go on")
        return 130
    return 0


def _steps(for_tests: bool, for_fuzzing: bool) -> None:
    environment.make()
    if for_fuzzing:
        environment.bring_fuzzer()
    pcsc.bring(for_tests)
    if for_tests:
        environment.make_typings()
        for name in micropython.NAMES:
            micropython.bring(name)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock: two setups at once would tear the environment from under each other."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
