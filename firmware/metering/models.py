"""The meters that the terminal can read, their registers as data.

It does not know wires: it names the reads, and makes a reading of the registers that came back.
"""

from ..errors import MeteringError
from . import registers

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Function, address of the first register, count of registers.
    Read = tuple[int, int, int]
    # Name, (block, offset in it), type, factor.
    Quantity = tuple[str, tuple[int, int], str, int]

# One text a meter, for a table would take up a small board's memory: first the reads of a poll (function,
# address, count), as few as the meter allows; then the read of its serial number, an unsigned 32-bit integer;
# then what stands where: quantity, function, address, type, factor to the quantity's unit. Addresses are
# hexadecimal. A quantity with one register a phase has several lines, in their order.
MODELS = (
    # Eastron SDM120-Modbus Protocol V2.4: float32, high word first, at most 80 registers a read.
    (
        "eastron-sdm120",
        """\
read 4 0000 74
serial 3 FC00 2
voltage_mv 4 0000 float32 1000
current_ma 4 0006 float32 1000
power_w 4 000C float32 1
frequency_mhz 4 0046 float32 1000
energy_wh 4 0048 float32 1000""",
    ),
    # Eastron SDM630-Modbus V2 Protocol: as above, three phases.
    (
        "eastron-sdm630",
        """\
read 4 0000 74
serial 3 FC00 2
voltage_mv 4 0000 float32 1000
voltage_mv 4 0002 float32 1000
voltage_mv 4 0004 float32 1000
current_ma 4 0006 float32 1000
current_ma 4 0008 float32 1000
current_ma 4 000A float32 1000
power_w 4 0034 float32 1
frequency_mhz 4 0046 float32 1000
energy_wh 4 0048 float32 1000""",
    ),
)

# type: (how to read it, by how much it steps)
TYPES = {
    "float32": (registers.float32, registers.float32_step),
    "unsigned32": (registers.unsigned32, registers.unsigned32_step),
}

PER_PHASE = ("voltage_mv", "current_ma")


class Model:
    """A register map: `name`, `plan` (the reads of a poll), `serial_plan` (the read of the serial number).

    `quantities` says of each in which block of the plan it begins, where, how it is read, and its factor.
    """

    __slots__ = ("name", "plan", "quantities", "serial_plan")

    def __init__(self, name: str, text: str):
        """Read a map; MeteringError when a register is in none of the reads."""
        self.name = name
        self.plan: "tuple[Read, ...]" = ()
        self.serial_plan: "Read | None" = None
        self.quantities: "list[Quantity]" = []
        for line in text.split("\n"):
            what, function, address, *rest = line.split()
            place = int(function), int(address, 16)
            if what == "read":
                self.plan += (place + (int(rest[0]),),)
            elif what == "serial":
                self.serial_plan = place + (int(rest[0]),)
            else:
                self.quantities.append((what, self._place(*place), rest[0], int(rest[1])))

    def _place(self, function: int, address: int) -> "tuple[int, int]":
        """Return which block holds a register, and where in it the register begins."""
        for i in range(len(self.plan)):
            read_function, start, count = self.plan[i]
            if function == read_function and start <= address < start + count:
                return i, 2 * (address - start)
        raise MeteringError("register 0x%04X of the %s is in none of its reads" % (address, self.name))


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
    for known, text in MODELS:
        if known == name:
            return Model(name, text)
    raise MeteringError("no meter model %r: the known are %s" % (name, ", ".join([row[0] for row in MODELS])))


def decode(model: Model, blocks: "list[bytes]") -> Reading:
    """Return the reading in the registers that answered the reads of `model.plan`, one block each, in order.

    Raises MeteringError when the blocks are not those of the plan, or when the meter gives no energy.
    """
    _check_sizes(model, blocks)
    reading = Reading()
    for quantity, (index, offset), kind, factor in model.quantities:
        block = blocks[index]
        read, step = TYPES[kind]
        number = read(block, offset, factor)
        if quantity in PER_PHASE:
            getattr(reading, quantity).append(number)
        else:
            setattr(reading, quantity, number)
        if quantity == "energy_wh":
            if number is None or number < 0:
                address = model.plan[index][1] + offset // 2
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
