"""An Eastron meter without its line: it counts exactly and answers as the real one, sound or with a fault.

It does not know time: whoever owns it says what flowed for how long. Its map is written down from the
maker's document a second time, not taken from the firmware, so that a slip in one of them shows.
"""

from firmware.metering import modbus, registers

W_MS_IN_WH = 3_600_000

# What a story can do to a meter: the register lies, the meter refuses, or the line spoils an answer.
FAULTS = ("none", "silent", "checksum", "exception", "wrong_unit", "backwards", "jump")
BACKWARDS_WH = 1_000
JUMP_WH = 1_000_000

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4

MAX_REGISTERS = 80
INPUT_REGISTERS = 0x0180
# Import energy, and far behind all else the total energy, which is the same here.
IMPORT_ADDRESS = 0x0048
TOTAL_ADDRESS = 0x0156
SERIAL_ADDRESS = 0xFC00

VOLTAGE_V = 230
FREQUENCY_HZ = 50

PHASES = {"eastron-sdm120": 1, "eastron-sdm630": 3}


class Meter:
    """A meter of a known model with a serial number and a register in Wh; `fault` is one of FAULTS."""

    __slots__ = (
        "_counted_w_ms",
        "_input",
        "_phases",
        "_registered_wh",
        "fault",
        "model",
        "power_w",
        "serial",
    )

    def __init__(self, model: str, serial: str, register_wh: int):
        if model not in PHASES:
            raise ValueError("no emulated meter %r: there are %s" % (model, ", ".join(sorted(PHASES))))
        self.model = model
        self.serial = serial
        self.fault = "none"
        self._phases = PHASES[model]
        self._counted_w_ms = register_wh * W_MS_IN_WH
        # The registers up to the import energy; most others are zero and need no memory.
        self._input = bytearray(2 * IMPORT_ADDRESS + 4)
        self._registered_wh = -1
        for phase in range(self._phases):
            self._put(0x0000 + 2 * phase, VOLTAGE_V, 1)
        self._put(0x0046, FREQUENCY_HZ, 1)
        self._show_power(0)

    def advance(self, duration_ms: int, power_w: int) -> None:
        """Count what flowed, and go on to show this power."""
        self._counted_w_ms += duration_ms * power_w
        if power_w != self.power_w:
            self._show_power(power_w)

    def counted_wh(self) -> int:
        """Return the whole Wh that flowed since the meter was made, with what its register began at."""
        return self._counted_w_ms // W_MS_IN_WH

    def shown_wh(self) -> int:
        """Return what the register shows while it is sound, read as the terminal reads it."""
        return registers.float32(float32(self.counted_wh(), 1000), 0, 1000) or 0

    def registers(self, function: int, address: int, count: int) -> "bytes | int":
        """Return the bytes of the registers, or the code of the exception that refuses the read."""
        if self.fault == "exception":
            return DEVICE_FAILURE
        if function not in (modbus.READ_HOLDING, modbus.READ_INPUT):
            return ILLEGAL_FUNCTION
        if not 1 <= count <= MAX_REGISTERS:
            return ILLEGAL_VALUE
        if function == modbus.READ_HOLDING:
            if (address, count) != (SERIAL_ADDRESS, 2):
                return ILLEGAL_ADDRESS
            return int(self.serial).to_bytes(4, "big")
        if address + count > INPUT_REGISTERS:
            return ILLEGAL_ADDRESS
        self._show_energy()
        begin, size = 2 * address, 2 * count
        answer = self._input[begin : begin + size]
        answer += bytes(size - len(answer))
        for i in range(4):
            if begin <= 2 * TOTAL_ADDRESS + i < begin + size:
                answer[2 * TOTAL_ADDRESS + i - begin] = self._input[2 * IMPORT_ADDRESS + i]
        return bytes(answer)

    def _put(self, address: int, numerator: int, denominator: int) -> None:
        self._input[2 * address : 2 * address + 4] = float32(numerator, denominator)

    def _show_power(self, power_w: int) -> None:
        """Write power and currents, the load spread evenly over the phases."""
        self.power_w = power_w
        if self._phases > 1:
            self._put(0x0034, power_w, 1)
        for phase in range(self._phases):
            self._put(0x0006 + 2 * phase, power_w, self._phases * VOLTAGE_V)
            self._put(0x000C + 2 * phase, power_w, self._phases)

    def _show_energy(self) -> None:
        """Write the energy, in kWh, as far as the fault leaves it true."""
        energy_wh = self.counted_wh()
        if self.fault == "backwards":
            energy_wh = max(0, energy_wh - BACKWARDS_WH)
        elif self.fault == "jump":
            energy_wh += JUMP_WH
        if energy_wh != self._registered_wh:
            self._registered_wh = energy_wh
            self._put(IMPORT_ADDRESS, energy_wh, 1000)

    def answer(self, request: bytes, unit: int) -> bytes:
        """Return the RTU answer of the meter at that unit address, faults and all; empty for silence."""
        if len(request) != 8 or modbus.crc16(request) != 0 or request[0] != unit:
            return b""
        function, address, count = request[1], request[2] << 8 | request[3], request[4] << 8 | request[5]
        read = self.registers(function, address, count)
        if isinstance(read, int):
            return self.on_the_line(modbus.with_crc(bytes((unit, function | 0x80, read))))
        return self.on_the_line(modbus.with_crc(bytes((unit, function, len(read))) + read))

    def on_the_line(self, frame: bytes) -> bytes:
        """Return what arrives of an answer that the meter sends, after the faults of the line."""
        if self.fault == "silent":
            return b""
        if self.fault == "checksum":
            return frame[:-1] + bytes((frame[-1] ^ 0x01,))
        if self.fault == "wrong_unit":
            return modbus.with_crc(bytes((frame[0] % 247 + 1,)) + frame[1:-2])
        return frame


def float32(numerator: int, denominator: int) -> bytes:
    """Return the binary32 nearest to a ratio, ties to even, big endian; for normal numbers and zero."""
    if numerator == 0:
        return bytes(4)
    magnitude = abs(numerator)
    shift = 24 - (len(bin(magnitude)) - len(bin(denominator)))
    mantissa = _rounded(magnitude, denominator, shift)
    while mantissa >= 1 << 24:
        # The guess was one too high, or rounding carried: with one bit less it is computed anew.
        shift -= 1
        mantissa = _rounded(magnitude, denominator, shift)
    bits = (150 - shift) << 23 | (mantissa & 0x7FFFFF) | (0x80000000 if numerator < 0 else 0)
    return bits.to_bytes(4, "big")


def _rounded(numerator: int, denominator: int, shift: int) -> int:
    """Return numerator * 2**shift / denominator, rounded half to even."""
    if shift >= 0:
        numerator <<= shift
    else:
        denominator <<= -shift
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1):
        quotient += 1
    return quotient
