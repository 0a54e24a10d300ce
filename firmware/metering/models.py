"""The meters that the terminal can read: the reads of a poll, and a reading of the registers that came back.

It does not know wires, nor any register: the maps do (maps.py), or an operator's file (model_file.py).
"""

from ..errors import MeteringError
from . import maps, modbus, registers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .registers import Block

    # Function, address of the first register, count of registers.
    Read = tuple[int, int, int]
    # Place in SLOTS, block, offset in it, kind, registers, low word first, numerator, denominator, "not
    # available".
    Quantity = tuple[int, int, int, str, int, bool, int, int, int | None]

# What a map can give, the attribute of a reading that it becomes, and whether there is one a phase.
SLOTS = ("energy", "power", "frequency", "voltage", "current")
SINGLE_SLOTS = 3
ENERGY, POWER, FREQUENCY, VOLTAGE = 0, 1, 2, 3

# The units of maps, in those of a reading.
UNITS = "kWh 1000 Wh 1 kW 1000 W 1 V 1000 mV 1 A 1000 mA 1 Hz 1000 mHz 1"
TYPES = "uint16 uint32 uint64 int16 int32 int64 float32 udecade24 decade24 exponent96"

# Of a serial number that a meter may refuse.
MAYBE = "maybe32"

# Modbus Application Protocol V1.1b3, 6.3.
MOST_REGISTERS = 125
# A 32-bit number more: so an answer can be told by its length from that to another read.
STRETCH = 2


class Model:
    """A register map, compiled: `plan` (the reads of a poll), `serial_plan` (that of the serial).

    `source` names the maker's document, `probe` is (read, type, expected) or None, `phases` counts them, and
    `max_a` is what each of them is rated for, 0 where it is not known or transformers are between.
    """

    __slots__ = (
        "max_a",
        "name",
        "phases",
        "plan",
        "probe",
        "quantities",
        "serial_plan",
        "serial_type",
        "source",
    )

    def __init__(self, name: str, text: str, wanted: "Sequence[str]" = SLOTS):
        """Compile a map as far as it is wanted; it is one of maps.py, or was checked like those."""
        self.name = name
        self.plan: "tuple[Read, ...]" = ()
        self.serial_plan: "Read | None" = None
        self.serial_type = ""
        self.probe: "tuple[Read, str, str] | None" = None
        self.quantities: "list[Quantity]" = []
        head, *lines = text.split("\n")
        names, most, gap, self.source = [word.strip() for word in head.split("|")]
        self.max_a = 0
        for word in names.split():
            if word.startswith(name + ":"):
                self.max_a = int(word[len(name) + 1 :])
        rows = [line.split() for line in lines]
        self.phases = len([1 for row in rows if row[0] == SLOTS[VOLTAGE]])
        for row in rows:
            if row[0] not in SLOTS:
                self._take(row)
        self.plan = _reads(rows, int(most), int(gap))
        if int(gap):
            self._tell_apart(int(most))
        if len(wanted) < len(SLOTS):
            self._narrow([_place(row) for row in rows if row[0] in wanted])
        for row in rows:
            if row[0] in wanted:
                self._take(row)

    def _take(self, row: "list[str]") -> None:
        """Put a line of the map where it belongs."""
        what, kind, scale = row[0], row[3], row[5]
        function, address, count = _place(row)
        if what == "serial":
            self.serial_plan, self.serial_type = (function, address, count), kind
        elif what == "probe":
            self.probe = ((function, address, count), kind, scale)
        else:
            numerator, denominator = _factor(scale, row[6])
            absent = None if row[7] == "-" else int(row[7], 16)
            block, offset = self._find(function, address, count)
            place = SLOTS.index(what)
            letters = kind.rstrip("0123456789")
            self.quantities.append(
                (place, block, offset, letters, count, row[4] == "low", numerator, denominator, absent)
            )

    def _find(self, function: int, address: int, count: int) -> "tuple[int, int]":
        """Return which block holds all of a number, and where in it the number begins."""
        for i in range(len(self.plan)):
            if _holds(self.plan[i], (function, address, count)):
                return i, 2 * (address - self.plan[i][1])
        raise MeteringError("register 0x%04X of the %s is in none of its reads" % (address, self.name))

    def _tell_apart(self, most: int) -> None:
        """Stretch reads until no two answers look alike: else a late one is taken for the next one's."""
        shapes = [(read[0], read[2]) for read in (self.serial_plan,) if read]
        reads = []
        for function, address, count in self.plan:
            room = min(most, 0x10000 - address)
            while (function, count) in shapes and count + STRETCH <= room:
                count += STRETCH
            shapes.append((function, count))
            reads.append((function, address, count))
        self.plan = tuple(reads)

    def _narrow(self, places: "list[Read]") -> None:
        """Leave out the reads that bring nothing wanted, and of the others what lies around it.

        No register is asked for that the whole plan would not ask for: a meter may not have it. Two answers
        that would look alike are told apart by more of the registers around.
        """
        whole: "list[Read]" = []
        narrow: "list[Read]" = []
        shapes = [(read[0], read[2]) for read in (self.serial_plan,) if read]
        is_told_apart = True
        # The shortest first: they have the least room around.
        for count, function, start in sorted([(read[2], read[0], read[1]) for read in self.plan]):
            end = start + count
            held = [place for place in places if _holds((function, start, count), place)]
            if held:
                first = min([place[1] for place in held])
                last = max([place[1] + place[2] for place in held])
                while (function, last - first) in shapes and (first, last) != (start, end):
                    if last < end:
                        last = min(end, last + STRETCH)
                    else:
                        first = max(start, first - STRETCH)
                is_told_apart = is_told_apart and (function, last - first) not in shapes
                shapes.append((function, last - first))
                whole.append((function, start, count))
                narrow.append((function, first, last - first))
        self.plan = tuple(sorted(narrow if is_told_apart else whole))


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


def find(name: str, text: "str | None" = None, wanted: "Sequence[str]" = SLOTS) -> Model:
    """Return the model of that name, or of an operator's map, with what of SLOTS is wanted: only that is read
    and decoded. Raises MeteringError listing the known.
    """
    text = text or maps.part(name)
    if text is None:
        raise MeteringError("no meter model %r: the known are %s" % (name, ", ".join(maps.names())))
    return Model(name, text, wanted)


def decode(
    model: Model, blocks: "Sequence[Block]", reading: "Reading | None" = None, is_framed: bool = False
) -> Reading:
    """Return the reading in the registers that answered the reads of `model.plan`, one block each, in order.

    Where it `is_framed`, each block is a whole RTU answer that was checked: no view of it is made.

    A reading that is handed in is written anew: a small board makes no garbage of a new one. Raises
    MeteringError when the blocks are not those of the plan, or when the meter gives no energy.
    """
    _check_sizes(model, blocks, modbus.AROUND if is_framed else 0)
    begin = modbus.REGISTERS_AT if is_framed else 0
    reading = reading or Reading()
    phase = 0
    before = -1
    for quantity in model.quantities:
        place = quantity[0]
        number = _number(quantity, blocks[quantity[1]], begin)
        if place < VOLTAGE:
            if place == ENERGY:
                reading.energy_wh = _energy(model, quantity, number)
                reading.resolution_wh = _step(quantity, blocks[quantity[1]], begin)
            elif place == POWER:
                reading.power_w = number
            else:
                reading.frequency_mhz = number
            continue
        phase = phase + 1 if place == before else 0
        before = place
        phases = reading.voltage_mv if place == VOLTAGE else reading.current_ma
        if phase == len(phases):
            phases.append(number)
        else:
            phases[phase] = number
    return reading


def decode_serial(model: Model, block: "Block") -> "str | None":
    """Return the serial number in the answer to `model.serial_plan`; None where the meter has none."""
    count = model.serial_plan[2] if model.serial_plan else 0
    if len(block) != 2 * count:
        raise MeteringError(
            "the serial number of the %s has %d bytes, not %d" % (model.name, 2 * count, len(block))
        )
    if model.serial_type.startswith("text"):
        return registers.text(block, 0, count) or None
    serial = registers.unsigned(block, 0, count, False)
    if serial in (0, (1 << 16 * count) - 1):
        return None
    return ("%08X" if model.serial_type.startswith("hex") else "%d") % serial


def _number(quantity: "Quantity", block: "Block", begin: int) -> "int | None":
    """Return what a quantity's registers say, in the unit of a reading; None for "not available"."""
    _place, _block, offset, kind, count, low_first, numerator, denominator, absent = quantity
    offset += begin
    if kind == "float":
        if denominator == 1:
            return registers.float32(block, offset, numerator, low_first)
        scaled = registers.float32(block, offset, numerator << 32, low_first)
        return None if scaled is None else registers.ratio(scaled, 1, denominator << 32)
    if kind in ("decade", "udecade", "exponent"):
        return _decade(kind, block, offset, numerator, denominator)
    number = registers.unsigned(block, offset, count, low_first)
    if number == absent:
        return None
    if kind == "int" and registers.is_negative(block, offset, count, low_first):
        number -= 1 << 16 * count
    return registers.ratio(number, numerator, denominator)


def _exponent(kind: str, block: "Block", offset: int) -> int:
    """Return the decade exponent of a number: of `exponent` a register, of `decade` and `udecade` a byte."""
    if kind == "exponent":
        exponent = block[offset] << 8 | block[offset + 1]
        return exponent - ((exponent & 0x8000) << 1)
    return block[offset] - ((block[offset] & 0x80) << 1)


def _decade(kind: str, block: "Block", offset: int, numerator: int, denominator: int) -> "int | None":
    """Return a number with a decade exponent, exactly; None where no meter can mean it.

    `decade` and `udecade`: 8 bits of exponent, 24 of number (Iskra's T6 and T5); `exponent`: a register of
    exponent, three that are not ours, two of number.
    """
    exponent = _exponent(kind, block, offset)
    if not -10 < exponent < 4:
        # A counter in steps of more than a kWh bills nothing, and for 10**32767 a small board has no room.
        return None
    if kind == "exponent":
        number = registers.unsigned(block, offset + 8, 2, False)
        number -= (number & 0x80000000) << 1
    else:
        number = block[offset + 1] << 16 | block[offset + 2] << 8 | block[offset + 3]
        if kind == "decade":
            number -= (number & 0x800000) << 1
    if exponent < 0:
        return registers.ratio(number, numerator, denominator * 10**-exponent)
    return registers.ratio(number, numerator * 10**exponent, denominator)


def _step(quantity: "Quantity", block: "Block", begin: int) -> int:
    """Return by how much the energy grows at the next number of its register, at least 1."""
    _place, _block, offset, kind, _count, low_first, numerator, denominator, _absent = quantity
    offset += begin
    if kind == "float":
        return max(1, -(-registers.float32_step(block, offset, numerator, low_first) // denominator))
    if kind == "exponent":
        numerator *= 10 ** max(0, _exponent(kind, block, offset))
    return max(1, -(-numerator // denominator))


def _energy(model: Model, quantity: "Quantity", number: "int | None") -> int:
    if number is not None and number >= 0:
        return number
    address = model.plan[quantity[1]][1] + quantity[2] // 2
    what = "not available" if number is None else "%d Wh" % number
    raise MeteringError("the %s gives no energy: its register 0x%04X says %s" % (model.name, address, what))


def _check_sizes(model: Model, blocks: "Sequence[Block]", around: int) -> None:
    is_right = len(blocks) == len(model.plan)
    for i in range(len(blocks)):
        is_right = is_right and len(blocks[i]) == 2 * model.plan[i][2] + around
    if not is_right:
        raise _wrong_sizes(model, blocks, around)


def _wrong_sizes(model: Model, blocks: "Sequence[Block]", around: int) -> MeteringError:
    """Return what to raise: apart, for what a comprehension uses from around it costs memory each time."""
    sizes = [len(block) for block in blocks]
    right = [2 * count + around for _, _, count in model.plan]
    return MeteringError("a poll of the %s gives blocks of %r bytes, not %r" % (model.name, right, sizes))


# Maps


def size(kind: str) -> int:
    """Return how many registers a type has."""
    digits = int(kind[len(kind.rstrip("0123456789")) :])
    if kind.startswith("text"):
        return digits
    return 2 if digits == 24 else digits // 16


def _place(row: "list[str]") -> "Read":
    return int(row[1]), int(row[2], 16), size(row[3])


def _holds(read: "Read", place: "Read") -> bool:
    """Whether a read brings all of a number: one that was made longer may bring the beginning of the next."""
    return read[0] == place[0] and read[1] <= place[1] and place[1] + place[2] <= read[1] + read[2]


def _reads(rows: "list[list[str]]", most: int, gap: int) -> "tuple[Read, ...]":
    """Return the fewest reads that bring every quantity, none longer or over a wider gap than is allowed.

    Each read begins at the first register that no read before it holds, and goes as far as it may: no other
    choice needs fewer.
    """
    reads: "list[Read]" = []
    for function, address, count in sorted([_place(row) for row in rows if row[0] in SLOTS]):
        if reads and reads[-1][0] == function:
            start, end = reads[-1][1], reads[-1][1] + reads[-1][2]
            if address - end <= gap and address + count - start <= most:
                reads[-1] = (function, start, max(end, address + count) - start)
                continue
        reads.append((function, address, count))
    return tuple(reads)


def _factor(scale: str, unit: str) -> "tuple[int, int]":
    """Return numerator and denominator from one digit of a register to the unit of a reading."""
    whole, _, fraction = scale.partition(".")
    words = UNITS.split()
    numerator = int(whole + fraction) * int(words[words.index(unit) + 1])
    denominator = 10 ** len(fraction)
    while numerator % 10 == 0 and denominator > 1:
        numerator, denominator = numerator // 10, denominator // 10
    return numerator, denominator
