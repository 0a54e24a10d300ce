"""Opens the Linux board.

It does not know the terminal; what is missing is said before anything runs.
"""

from typing import Any

from hal.board import Board
from hal.common import kept_key
from hal.linux.clock import Clock
from hal.linux.contactor import open_contactor
from hal.linux.entropy import Entropy
from hal.linux.meter_bus import open_meter_bus
from hal.linux.networking import open_network
from hal.linux.panel import Panel
from hal.linux.plug import open_plug
from hal.linux.reader import open_reader
from hal.linux.signer import open_signer
from hal.linux.storage import open_storage
from hal.linux.tasks import Tasks
from hal.linux.watchdog import Watchdog


def open_board(config: Any) -> Board:
    """Return the board that a configuration describes. Raises BoardError with what is missing."""
    storage = open_storage(config.ledger)
    kept_key.demand(config.key_file, storage)
    return Board(
        clock=Clock(),
        tasks=Tasks(),
        storage=storage,
        meter_bus=open_meter_bus(
            config.meter_port, config.meter_baud, config.meter_parity, config.meter_idle_ms
        ),
        reader=open_reader(config.reader),
        contactor=open_contactor(config.contactor_line, config.contactor_feedback_line),
        plug=open_plug(config.plug_lines),
        panel=Panel(config.panel),
        signer=open_signer(config.key_file),
        entropy=Entropy(),
        network=open_network(),
        watchdog=Watchdog(),
    )
