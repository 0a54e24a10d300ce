"""Opens the board of the emulated charger, on CPython or MicroPython.

It does not know who plays the world; the configuration names the wires to it.
"""

from firmware.errors import BoardError
from hal.bench import posix
from hal.bench.clock import Clock
from hal.bench.contactor import Contactor
from hal.bench.entropy import Entropy
from hal.bench.link import Link
from hal.bench.meter_bus import open_meter_bus
from hal.bench.networking import open_network
from hal.bench.panel import Panel
from hal.bench.plug import Plug
from hal.bench.reader import open_reader
from hal.bench.signer import open_signer
from hal.bench.storage import Storage
from hal.bench.tasks import Tasks
from hal.bench.watchdog import Watchdog
from hal.bench.world import World
from hal.board import Board
from hal.common import kept_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def open_board(config: "Any") -> Board:
    """Return the board that a configuration describes. Raises BoardError with what is missing."""
    host, port = _address(config.panel)
    clock = Clock(
        config.bench_start_utc_s,
        config.bench_epoch_ms,
        config.bench_speed,
        config.bench_clock == "synchronised",
    )
    storage = Storage(config.ledger)
    kept_key.demand(config.key_file, storage)
    plug = Plug()
    link = Link(host, port)
    contactor, panel = Contactor(link), Panel(link)
    world = World(plug, contactor, panel, clock, storage)
    link.tell("hello", {"pid": posix.getpid()})
    tasks = Tasks(config.bench_speed)
    tasks.serve(lambda: link.run(world.obey))
    return Board(
        clock=clock,
        tasks=tasks,
        storage=storage,
        meter_bus=open_meter_bus(
            config.meter_port, config.meter_baud, config.meter_parity, config.meter_idle_ms
        ),
        reader=open_reader(config.reader),
        contactor=contactor,
        plug=plug,
        panel=panel,
        signer=open_signer(config.key_file),
        entropy=Entropy(),
        network=open_network(),
        watchdog=Watchdog(),
    )


def _address(panel: str) -> "tuple[str, int]":
    """Return host and port of the bench host."""
    host, _, port = panel.rpartition(":")
    if not host or not port.isdigit():
        raise BoardError("panel: %r is no address; a bench needs its host's as `panel`, host:port" % panel)
    return host, int(port)
