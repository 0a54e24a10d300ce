"""Opens the ESP32 board.

It does not know the terminal; what is missing is said before anything runs.
"""

from hal.board import Board
from hal.esp32.clock import Clock
from hal.esp32.contactor import open_contactor
from hal.esp32.entropy import Entropy
from hal.esp32.meter_bus import open_meter_bus
from hal.esp32.networking import open_network, open_radio
from hal.esp32.panel import Panel
from hal.esp32.plug import open_plug
from hal.esp32.reader import open_reader
from hal.esp32.signer import open_signer
from hal.esp32.storage import Storage
from hal.esp32.tasks import Tasks
from hal.esp32.watchdog import Watchdog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def open_board(config: "Any") -> Board:
    """Return the board that a configuration describes. Raises BoardError with what is missing."""
    radio = open_radio()
    entropy = Entropy()
    return Board(
        clock=Clock(),
        tasks=Tasks(),
        storage=Storage(config.ledger),
        meter_bus=open_meter_bus(
            config.meter_port, config.meter_baud, config.meter_parity, config.meter_idle_ms
        ),
        reader=open_reader(config.reader),
        contactor=open_contactor(config.contactor_line, config.contactor_feedback_line),
        plug=open_plug(config.plug_lines),
        panel=Panel(config.panel),
        signer=open_signer(entropy),
        entropy=entropy,
        network=open_network(radio, config.wifi_ssid, config.wifi_password),
        watchdog=Watchdog(),
    )
