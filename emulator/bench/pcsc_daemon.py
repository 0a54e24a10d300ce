"""The PC/SC daemon with its virtual reader: found running, or started for as long as it is needed.

It does not know cards.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from emulator.bench.virtual_reader import PORT
from emulator.errors import BenchError

START_TIMEOUT_S = 10.0
# The virtual reader has two slots, each with a port, and opens both or none. Any connection may have been
# given one of them for its own end, and leaves it for a minute when it is over.
PORTS = (PORT, PORT + 1)
FREE_TIMEOUT_S = 75.0
LOOK_S = 0.02
SOCKET = "/run/pcscd/pcscd.comm"
LISTEN = "0A"


class PcscDaemon:
    """A running daemon with a virtual reader; `close` ends it only if it was started here."""

    def __init__(self) -> None:
        """Find the daemon or start it. Raises BenchError that says why there is none and what to do."""
        self._process: subprocess.Popen[bytes] | None = None
        if not listens(PORT):
            self._start()

    def close(self) -> None:
        """End the daemon if it was started here."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._process = None

    def __enter__(self) -> "PcscDaemon":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        program = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin:/sbin")
        if program is None:
            raise BenchError("there is no PC/SC daemon: apt-get install pcscd vsmartcard-vpcd")
        if _is_running():
            raise BenchError(
                f"a PC/SC daemon runs, but no virtual reader listens on port {PORT}: "
                "apt-get install vsmartcard-vpcd and start the daemon again"
            )
        if os.geteuid() != 0:
            raise BenchError("no PC/SC daemon runs and only root may start one: systemctl start pcscd")
        _wait_until_free(FREE_TIMEOUT_S)
        words = [program, "--foreground", *_without_polkit(program)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not listens(PORT) and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        if not listens(PORT):
            self.close()
            raise BenchError(
                f"the PC/SC daemon opened no virtual reader on port {PORT} within {START_TIMEOUT_S:.0f} s: "
                "apt-get install vsmartcard-vpcd"
            )


def listens(port: int) -> bool:
    """Return whether a program listens on a TCP port here, without connecting: that would be a card."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            columns = line.split()
            if columns[3] == LISTEN and int(columns[1].rsplit(":", 1)[1], 16) == port:
                return True
    return False


def _wait_until_free(timeout_s: float) -> None:
    """Return once the virtual reader can have its ports. Raises BenchError."""
    deadline = time.monotonic() + timeout_s
    for port in PORTS:
        while not _is_free(port):
            if time.monotonic() >= deadline:
                raise BenchError(
                    f"port {port}, which the virtual reader needs, is taken by a connection of another "
                    "program; end that, or take --reader pn532"
                )
            time.sleep(LOOK_S)


def _is_free(port: int) -> bool:
    """Return whether a program could listen on a port, as the virtual reader does."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _without_polkit(program: str) -> list[str]:
    """Return the option by which a daemon asks no polkit who may use cards: in a container there is none.

    Debian 13's daemon refuses everybody then, and knows the option; Debian 12's knows neither.
    """
    told = subprocess.run([program, "--help"], check=False, capture_output=True, text=True)
    return ["--disable-polkit"] if "--disable-polkit" in told.stdout + told.stderr else []


def _is_running() -> bool:
    """Return whether a daemon answers on its socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(SOCKET) == 0
