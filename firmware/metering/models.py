"""The meters that the terminal can read, their registers as data.

It does not know wires: it names the reads, and makes a reading of the registers that came back.
"""

from ..errors import MeteringError
from . import registers

# One row a meter: name; the reads of a poll (function, address, count), as few as the meter allows; the read
# of the serial number (an unsigned 32-bit integer); and what stands where: quantity, function, address, type,
# factor to the quantity's unit. A quantity with one register a phase has several rows, in their order.
MODELS = (
    # Eastron SDM120-Modbus Protocol V2.4: float32, high word first, at most 80 registers a read.
    (
        "eastron-sdm120",
        ((4, 0x0000, 74),),
        (3, 0xFC00, 2),
        (
            ("voltage_mv", 4, 0x0000, "float32", 1000),
            ("current_ma", 4, 0x0006, "float32", 1000),
            ("power_w", 4, 0x000C, "float32", 1),
            ("frequency_mhz", 4, 0x0046, "float32", 1000),
            ("energy_wh", 4, 0x0048, "float32", 1000),
        ),
    ),
    # Eastron SDM630-Modbus V2 Protocol: as above, three phases.
    (
        "eastron-sdm630",
        ((4, 0x0000, 74),),
        (3, 0xFC00, 2),
        (
            ("voltage_mv", 4, 0x0000, "float32", 1000),
            ("voltage_mv", 4, 0x0002, "float32", 1000),
            ("voltage_mv", 4, 0x0004, "float32", 1000),
            ("current_ma", 4, 0x0006, "float32", 1000),
            ("current_ma", 4, 0x0008, "float32", 1000),
            ("current_ma", 4, 0x000A, "float32", 1000),
            ("power_w", 4, 0x0034, "float32", 1),
            ("frequency_mhz", 4, 0x0046, "float32", 1000),
            ("energy_wh", 4, 0x0048, "float32", 1000),
        ),
    ),
)

# type: (how to read it, by how much it steps)
TYPES = {
    "float32": (registers.float32, registers.float32_step),
    "unsigned32": (registers.unsigned32, registers.unsigned32_step),
}

PER_PHASE = ("voltage_mv", "current_ma")


class Model:
    """A register map: `name`, `plan` (the reads of a poll), `serial_plan` (the read of the serial number)."""

    __slots__ = ("name", "plan", "quantities", "serial_plan")

    def __init__(self, row: tuple):
        self.name, self.plan, self.serial_plan, self.quantities = row


class Reading:
    """What a meter said at one moment, in the units of the names; None for what it does not give.

    `voltage_mv` and `current_ma` are lists, one entry a phase; `resolution_wh` is the step of the register.
    """

    __slots__ = ("current_ma", "energy_wh", "frequency_mhz", "power_w", "resolution_wh", "voltage_mv")

    def __init__(self) -> None:
        self.energy_wh: int = 0
        self.resolution_wh: int = 1
        self.power_w: "int | None" = None
        self.voltage_mv: "list[int | None]" = []
        self.current_ma: "list[int | None]" = []
        self.frequency_mhz: "int | None" = None


def find(name: str) -> Model:
    """Return the model of that name. Raises MeteringError that lists the known ones."""
    for row in MODELS:
        if row[0] == name:
            return Model(row)
    raise MeteringError("no meter model %r: the known are %s" % (name, ", ".join([row[0] for row in MODELS])))


def decode(model: Model, blocks: "list[bytes]") -> Reading:
    """Return the reading in the registers that answered the reads of `model.plan`, one block each, in order.

    Raises MeteringError when the blocks are not those of the plan, or when the meter gives no energy.
    """
    _check_sizes(model, blocks)
    reading = Reading()
    for quantity, function, address, kind, factor in model.quantities:
        block, offset = _place(model, blocks, function, address)
        read, step = TYPES[kind]
        number = read(block, offset, factor)
        if quantity in PER_PHASE:
            getattr(reading, quantity).append(number)
        else:
            setattr(reading, quantity, number)
        if quantity == "energy_wh":
            if number is None or number < 0:
                where = (model.name, address, "not available" if number is None else "%d Wh" % number)
                raise MeteringError("the %s gives no energy: its register 0x%04X says %s" % where)
            reading.resolution_wh = step(block, offset, factor)
    return reading


def decode_serial(model: Model, block: bytes) -> "str | None":
    """Return the serial number in the answer to `model.serial_plan`; None where the meter has none."""
    if len(block) != 4:
        raise MeteringError("the serial number of the %s has 4 bytes, not %d" % (model.name, len(block)))
    serial = registers.unsigned32(block, 0, 1)
    return None if serial in (0, 0xFFFFFFFF) else "%d" % serial


def _check_sizes(model: Model, blocks: "list[bytes]") -> None:
    sizes = [len(block) for block in blocks]
    right = [2 * count for _, _, count in model.plan]
    if sizes != right:
        raise MeteringError("a poll of the %s gives blocks of %r bytes, not %r" % (model.name, right, sizes))


def _place(model: Model, blocks: "list[bytes]", function: int, address: int) -> tuple:
    """Return the block that holds a register, and where in it the register begins."""
    for i in range(len(blocks)):
        read_function, start, count = model.plan[i]
        if function == read_function and start <= address < start + count:
            return blocks[i], 2 * (address - start)
    raise MeteringError("register 0x%04X of the %s is in none of its reads" % (address, model.name))
