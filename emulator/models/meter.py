"""An energy meter without its line: it counts exactly and answers as the real one, sound or with a fault.

It does not know time: whoever owns it says what flowed for how long. What its registers hold is in
meter_maps.py.
"""

from emulator.models import encoding, meter_maps
from firmware.metering import modbus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from emulator.models.signing_meters import Registers

W_MS_IN_WH = 3_600_000
# Their transactions are in memory only where such a meter is.
SIGNING = ("carlo-gavazzi-em580", "iskra-wm3m4")

# What a story can do to a meter: the register lies, the meter refuses or is another one, or the line spoils
# an answer.
FAULTS = (
    "none",
    "silent",
    "checksum",
    "exception",
    "wrong_unit",
    "backwards",
    "jump",
    "not_available",
    "rollover",
    "wrong_power",
    "refuses_to_sign",
    "truncated",
    "echo",
    "noise",
)
BACKWARDS_WH = 1_000
JUMP_WH = 1_000_000

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4

VOLTAGE_MV = 230_000
FREQUENCY_MHZ = 50_000
REQUEST_BYTES = 8


class Meter:
    """A meter of a known model with a serial number and a register in Wh; `fault` is one of FAULTS."""

    __slots__ = (
        "_areas",
        "_base",
        "_counted_w_ms",
        "_currents",
        "_energies",
        "_frames",
        "_is_wrong",
        "_most",
        "_powers",
        "_shown",
        "_single",
        "_taken_out",
        "fault",
        "lived_ms",
        "model",
        "power_w",
        "serial",
        "signing",
    )

    def __init__(self, model: str, serial: str, register_wh: int):
        lines = meter_maps.lines_of(model)
        if lines is None:
            raise ValueError("no emulated meter %r: there are %s" % (model, ", ".join(meter_maps.names())))
        self.model = model
        self.serial = serial
        self.fault = "none"
        self.lived_ms = 0
        self._is_wrong = False
        self.power_w = 0
        self._counted_w_ms = register_wh * W_MS_IN_WH
        # What the meters that were here before had counted, by their serial numbers.
        self._taken_out: "dict[str, int]" = {}
        self._shown: "int | None" = -1
        # (function, first register, its registers): what answers. All else is an illegal address.
        self._areas: "list[tuple[int, int, bytearray]]" = []
        # Registers that move: (function, address, encoding, numerator, denominator).
        self._energies: "list[tuple]" = []
        self._powers: "list[tuple]" = []
        self._single: "list[tuple]" = []
        self._currents: "list[tuple]" = []
        # The registers of its transactions, None where it does not sign.
        self.signing = _signing(self)
        self._read_map(lines)
        self._show_power(0)
        # The sound requests and what was answered last: a terminal asks the same again and again, and as long
        # as nothing flows the answer is the same.
        self._frames: "dict[bytes, bytes]" = {}

    def _read_map(self, lines: "list[str]") -> None:
        names, base, most, areas = lines[0].split("|")
        limits = most.split()
        self._base = int(base)
        self._most = int(limits[min(names.split().index(self.model), len(limits) - 1)])
        numbers = [int(word) for word in areas.split()]
        for i in range(0, len(numbers), 3):
            first = numbers[i + 1] - self._base
            self._areas.append((numbers[i], first, bytearray(2 * (numbers[i + 2] - numbers[i + 1] + 1))))
        for line in lines[1:]:
            what, function, number, kind, *rest = line.split()
            place = int(function), int(number) - self._base
            if what in ("model", "serial", "code"):
                self._fix(what, place, kind, " ".join(rest))
                continue
            row = place + (kind, int(rest[0]), int(rest[1]))
            if what == "energy":
                self._energies.append(row)
            elif what == "current":
                self._currents.append(row)
            elif what in ("power", "phase"):
                (self._powers if what == "power" else self._single).append(row)
            else:
                self._write(row, VOLTAGE_MV if what == "voltage" else FREQUENCY_MHZ)

    def _fix(self, what: str, place: "tuple[int, int]", kind: str, told: str) -> None:
        """Add an area of its own for a register that tells what this meter is."""
        told = self.serial if what == "serial" else told
        if kind.startswith("a"):
            content = encoding.text(told, int(kind[1:]))
        elif kind == "h":
            content = bytes.fromhex("%08d" % int(told))
        else:
            content = encoding.encode(kind, int(told), 1, 1)
        # Before the others: Carlo Gavazzi's code lies amid the measurements, and shows when it is read alone.
        self._areas.insert(0, place + (bytearray(content),))

    def advance(self, duration_ms: int, power_w: int) -> None:
        """Count what flowed, and go on to show this power."""
        self.lived_ms += duration_ms
        self._counted_w_ms += duration_ms * power_w
        if power_w != self.power_w:
            self._show_power(power_w)

    def counted_wh(self) -> int:
        """Return the whole Wh that flowed since the meter was made, with what its register began at."""
        return self._counted_w_ms // W_MS_IN_WH

    def counted_by(self, serial: str) -> "int | None":
        """Return what a meter has counted that is here or was, None for one that never was; one that tells no
        number is the one that is here.
        """
        return self.counted_wh() if serial in ("", self.serial) else self._taken_out.get(serial)

    def shown_wh(self) -> int:
        """Return what the register shows while it is sound, rounded to Wh."""
        _function, _address, kind, numerator, denominator = self._energies[0]
        if kind != "f":
            return self.counted_wh() * numerator // denominator * denominator // numerator
        pattern = int.from_bytes(encoding.float32(self.counted_wh() * numerator, denominator), "big")
        if pattern == 0:
            return 0
        # A register is never negative; halves are rounded up.
        shift = 150 - (pattern >> 23)
        scaled = (pattern & 0x7FFFFF | 0x800000) * denominator
        return scaled << -shift if shift <= 0 else (scaled + (1 << (shift - 1))) >> shift

    def registers(self, function: int, address: int, count: int) -> "bytes | int":
        """Return the bytes of the registers, or the code of the exception that refuses the read."""
        if self.fault == "exception":
            return DEVICE_FAILURE
        if function not in (modbus.READ_HOLDING, modbus.READ_INPUT):
            return ILLEGAL_FUNCTION
        if not 1 <= count <= self._most:
            return ILLEGAL_VALUE
        self._show_energy()
        if (self.fault == "wrong_power") != self._is_wrong:
            self._is_wrong = not self._is_wrong
            self._show_power(self.power_w)
        if self.signing and function == modbus.READ_HOLDING and self.signing.has(address, count):
            return self.signing.read(address, count)
        for area_function, first, content in self._areas:
            begin = 2 * (address - first)
            if area_function == function and begin >= 0 and begin + 2 * count <= len(content):
                return bytes(content[begin : begin + 2 * count])
        return ILLEGAL_ADDRESS

    def write(self, address: int, words: "list[int]") -> "int | None":
        """Take registers; return the code of the exception that refuses them, or None."""
        if self.fault == "exception":
            return DEVICE_FAILURE
        if self.signing is None:
            return ILLEGAL_FUNCTION
        if not self.signing.has(address, len(words)):
            return ILLEGAL_ADDRESS
        return self.signing.write(address, words)

    def power_failure(self) -> None:
        """Lose the power and have it again: the register stays, a transaction may not."""
        if self.signing:
            self.signing.power_failure()

    def swap(self, serial: str, register_wh: int) -> None:
        """Put another meter of the same model in this one's place; one that was here before shows what it
        showed then.
        """
        self._taken_out[self.serial] = self.counted_wh()
        other = Meter(self.model, serial, self._taken_out.get(serial, register_wh))
        self.serial, self._areas = serial, other._areas
        self.signing = _signing(self)
        self._counted_w_ms, self._shown = other._counted_w_ms, other._shown
        self._show_power(self.power_w)

    def _put(self, row: "tuple", content: bytes) -> None:
        for function, first, area in self._areas:
            begin = 2 * (row[1] - first)
            if function == row[0] and 0 <= begin < len(area):
                area[begin : begin + len(content)] = content

    def _write(self, row: "tuple", number: int) -> None:
        self._put(row, encoding.encode(row[2], number, row[3], row[4]))

    def _show_power(self, power_w: int) -> None:
        """Write power and currents, the load spread evenly over the phases."""
        self.power_w = power_w
        phases = len(self._currents)
        for row in self._powers:
            # The fault is a ratio of current transformers that is set wrong: the power is a tenth.
            self._write(row, power_w // 10 if self._is_wrong else power_w)
        for row in self._single:
            self._put(row, encoding.encode(row[2], power_w, row[3], row[4] * phases))
        for row in self._currents:
            exact = row[3] * 1_000_000, row[4] * phases * VOLTAGE_MV
            if row[2] == "f":
                self._put(row, encoding.float32(power_w * exact[0], exact[1]))
            else:
                self._write(row, power_w * 1_000_000 // (phases * VOLTAGE_MV))

    def _show_energy(self) -> None:
        """Write the energy, as far as the fault leaves it true."""
        energy_wh: "int | None" = self.counted_wh()
        if self.fault == "backwards":
            energy_wh = max(0, self.counted_wh() - BACKWARDS_WH)
        elif self.fault == "jump":
            energy_wh = self.counted_wh() + JUMP_WH
        elif self.fault == "rollover":
            energy_wh = 0
        elif self.fault == "not_available":
            energy_wh = None
        if energy_wh == self._shown:
            return
        self._shown = energy_wh
        for row in self._energies:
            if energy_wh is None:
                self._put(row, encoding.not_available(row[2]))
            else:
                self._write(row, energy_wh)

    def answer(self, request: bytes, unit: int) -> bytes:
        """Return the RTU answer of the meter at that unit address, faults and all; empty for silence."""
        known = self._frames.get(request, b"")
        if not known and (len(request) < REQUEST_BYTES or modbus.crc16(request) != 0):
            return b""
        if request[0] != unit:
            return b""
        function, address, count = request[1], request[2] << 8 | request[3], request[4] << 8 | request[5]
        if function == modbus.WRITE:
            refused = self.write(address, _words(request[7:-2]))
            body = request[2:6]
        elif len(request) != REQUEST_BYTES:
            return b""
        else:
            read = self.registers(function, address, count)
            refused = read if isinstance(read, int) else None
            body = bytes((2 * count,)) + read if isinstance(read, bytes) else b""
        if refused is not None:
            return self.on_the_line(modbus.with_crc(bytes((unit, function | 0x80, refused))))
        body = bytes((unit, function)) + body
        if body != known[:-2]:
            known = modbus.with_crc(body)
            # Writes are never the same twice.
            if function != modbus.WRITE:
                self._frames[request] = known
        return self.on_the_line(known, request)

    def on_the_line(self, frame: bytes, request: bytes = b"") -> bytes:
        """Return what arrives of an answer that the meter sends, after the faults of the line."""
        if self.fault == "silent":
            return b""
        if self.fault == "checksum":
            return frame[:-1] + bytes((frame[-1] ^ 0x01,))
        if self.fault == "wrong_unit":
            return modbus.with_crc(bytes((frame[0] % 247 + 1,)) + frame[1:-2])
        if self.fault == "truncated":
            return frame[: len(frame) // 2]
        if self.fault == "echo":
            return request + frame
        if self.fault == "noise":
            return b"\0\xff" + frame + b"\xff"
        return frame


def _signing(meter: Meter) -> "Registers | None":
    if meter.model not in SIGNING:
        return None
    from emulator.models import signing_meters

    return signing_meters.make(meter)


def _words(content: bytes) -> "list[int]":
    """Return the registers in the bytes of a write."""
    return [content[i] << 8 | content[i + 1] for i in range(0, len(content), 2)]
