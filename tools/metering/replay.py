"""Reads a meter out of a capture of its line, whoever asked it and however the requests were split.

It does not know files, nor what is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from firmware.errors import MeteringError, MeterRefused
from firmware.metering import modbus, models
from firmware.metering.models import Model, Reading
from tools.metering.capture import Passage, exchanges

# Function and address of a register.
Place = tuple[int, int]
# Function, address of the first register, count of registers.
Read = tuple[int, int, int]


@dataclass
class Round:
    """What was asked until somebody asked again: the reads, what the registers said, and what went wrong."""

    at_s: float = 0.0
    asked: set[Read] = field(default_factory=set)
    words: dict[Place, bytes] = field(default_factory=dict)
    problems: dict[Read, MeteringError] = field(default_factory=dict)


def units(passages: list[Passage]) -> list[int]:
    """Return the units that are asked for registers in a capture."""
    asked = [_read_of(passage.content) for passage, _answer in exchanges(passages)]
    return sorted({unit_and_read[0] for unit_and_read in asked if unit_and_read})


def unit_of(passages: list[Passage], unit: int | None) -> int:
    """Return the unit that is asked in a capture, or the one of them that is wanted. Raises MeteringError."""
    asked = units(passages)
    if unit in asked or (unit is None and len(asked) == 1):
        return asked[0] if unit is None else unit
    if not asked:
        raise MeteringError("nobody asks for registers in the capture (function 3 or 4, with its CRC)")
    told = ", ".join(map(str, asked))
    raise MeteringError(f"the capture asks the unit {told}; choose it with --unit")


def readings(
    passages: list[Passage], model: Model, unit: int
) -> Iterator[tuple[float, str | None, Reading | MeteringError]]:
    """Yield each reading with the seconds at which it was whole and the serial number as far as it is known;
    in place of a reading why there is none.
    """
    serial = None
    for each in _rounds(passages, unit):
        serial = _serial(model, each.words) or serial
        try:
            yield each.at_s, serial, _reading(model, each)
        except MeteringError as error:
            yield each.at_s, serial, error


def _rounds(passages: list[Passage], unit: int) -> Iterator[Round]:
    current = Round()
    for asked, content in exchanges(passages):
        unit_and_read = _read_of(asked.content)
        if unit_and_read is None or unit_and_read[0] != unit:
            continue
        read = unit_and_read[1]
        # What brought nothing is asked again; anything else that is asked again begins a new round.
        if read in current.asked and read not in current.problems:
            yield current
            current = Round()
        current.at_s = asked.at_s
        current.asked.add(read)
        current.problems.pop(read, None)
        try:
            _take(current, asked.content, read, content)
        except MeteringError as error:
            current.problems[read] = error
    if current.asked:
        yield current


def _take(current: Round, request: bytes, read: Read, content: bytes) -> None:
    """Put the registers of an answer to the others. Raises MeteringError for what is none."""
    function, address, count = read
    size = modbus.response_size(function, count)
    start = modbus.start_of_answer(request, content, size) if content else 0
    answer = content[start : start + size]
    if modbus.is_refusal(answer, 0):
        answer = answer[: modbus.EXCEPTION_SIZE]
    block = bytes(modbus.parse_response(request[0], function, count, answer, address))
    for i in range(count):
        current.words[function, address + i] = block[2 * i : 2 * i + 2]


def _read_of(request: bytes) -> tuple[int, Read] | None:
    """Return unit and read of a request for registers, None for anything else."""
    is_read = len(request) == modbus.REQUEST_SIZE and request[1] in (modbus.READ_HOLDING, modbus.READ_INPUT)
    if not is_read or modbus.crc16(request) != 0:
        return None
    count = request[4] << 8 | request[5]
    return request[0], (request[1], request[2] << 8 | request[3], count)


def _reading(model: Model, current: Round) -> Reading:
    """Return what the registers of a round say; None for what nobody asked for or the meter refused."""
    for problem in current.problems.values():
        if not isinstance(problem, MeterRefused):
            raise problem
    blocks = [_block(read, current.words) for read in model.plan]
    missing = set()
    for quantity in model.quantities:
        place, block, offset, _kind, count, *_rest = quantity
        function, start, _count = model.plan[block]
        address = start + offset // 2
        if not all((function, address + i) in current.words for i in range(count)):
            missing.add(quantity)
            if place == models.ENERGY:
                raise _without_energy(model, current, (function, address, count))
    reading = models.decode(model, blocks)
    for slot, quantities in enumerate(_by_slot(model)):
        name = ("energy_wh", "power_w", "frequency_mhz", "voltage_mv", "current_ma")[slot]
        if slot < models.VOLTAGE:
            if missing.intersection(quantities):
                setattr(reading, name, None)
            continue
        values = getattr(reading, name)
        given = [None if q in missing else values[i] for i, q in enumerate(quantities)]
        setattr(reading, name, given if any(q not in missing for q in quantities) else [])
    return reading


def _by_slot(model: Model) -> list[list]:
    return [[q for q in model.quantities if q[0] == slot] for slot in range(len(models.SLOTS))]


def _block(read: Read, words: dict[Place, bytes]) -> bytes:
    function, address, count = read
    return b"".join(words.get((function, address + i), b"\0\0") for i in range(count))


def _without_energy(model: Model, current: Round, energy: Read) -> MeteringError:
    """Return why a round gives no energy: its read went wrong, or there was none."""
    function, address, count = energy
    for (asked, start, some), error in current.problems.items():
        if asked == function and start <= address < start + some:
            return error
    return MeteringError(
        f"nobody asked for the energy of the {model.name} (function {function}, {count} registers from "
        f"0x{address:04X}); name the model of the meter that was asked"
    )


def _serial(model: Model, words: dict[Place, bytes]) -> str | None:
    if model.serial_plan is None:
        return None
    function, address, count = model.serial_plan
    if not all((function, address + i) in words for i in range(count)):
        return None
    return models.decode_serial(model, _block(model.serial_plan, words))
