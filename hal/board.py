"""A board: the ports that the terminal is given, under the names by which it knows them.

It does not know what a port does; ports.py says that. It stands apart so that a small board need not load the
contracts.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hal.ports import (
        CardReader,
        Clock,
        Contactor,
        Entropy,
        KeptSigner,
        MeterBus,
        Network,
        Panel,
        Plug,
        Storage,
        Tasks,
        Watchdog,
    )


class Board:
    """All ports of one board, as `main.py` hands them to the terminal."""

    def __init__(
        self,
        clock: "Clock",
        tasks: "Tasks",
        storage: "Storage",
        meter_bus: "MeterBus",
        reader: "CardReader",
        contactor: "Contactor",
        plug: "Plug",
        panel: "Panel",
        signer: "KeptSigner",
        entropy: "Entropy",
        network: "Network",
        watchdog: "Watchdog",
    ) -> None:
        self.clock = clock
        self.tasks = tasks
        self.storage = storage
        self.meter_bus = meter_bus
        self.reader = reader
        self.contactor = contactor
        self.plug = plug
        self.panel = panel
        self.signer = signer
        self.entropy = entropy
        self.network = network
        self.watchdog = watchdog
