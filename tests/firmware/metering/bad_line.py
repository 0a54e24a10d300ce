"""A line that spoils answers by a seed, and the count of what got through.

Its errors are those of RS-485 in a switchboard: single and many bit errors, bursts, lost and added bytes,
half-duplex echoes, late answers to other questions, other units, and another master on the line.
"""

from emulator.models.meter import Meter
from emulator.models.prng import Prng
from firmware.errors import MeteringError
from firmware.metering import modbus, models

UNIT, OTHER_UNIT = 1, 2
FAULTS = (
    "none",
    "few bits",
    "many bits",
    "burst",
    "garbage",
    "lost bytes",
    "added bytes",
    "truncated",
    "echo",
    "noise around",
    "late",
    "foreign unit",
    "other master",
    "refused",
    "silent",
)
# Only these make errors that CRC-16 may miss: it finds up to three bits, and any burst of up to 16.
BLIND_SPOTS = ("many bits", "garbage", "lost bytes", "added bytes")


class BadLine:
    """A meter at the end of a bad line; `tally` counts polls by fault: (sound, refused, wrong)."""

    def __init__(self, model, seed):
        self.model = models.find(model)
        self.prng = Prng(seed)
        self.meter = Meter(model, "21110042", 20_123_456)
        self.other = Meter(model, "21110043", 777_000)
        self.tally = {fault: [0, 0, 0] for fault in FAULTS}
        self.wrong = []
        self._reading = models.Reading()
        self._last = b""

    def poll(self):
        """Read the meter once under some fault; note whether the reading is right, refused or wrong."""
        self.meter.advance(2000, self.prng.between(0, 22000))
        self.other.advance(2000, 3000)
        fault = FAULTS[self.prng.between(0, len(FAULTS) - 1)]
        try:
            blocks = [self._block(read, fault) for read in self.model.plan]
            reading = models.decode(self.model, blocks, self._reading)
        except MeteringError:
            self.tally[fault][1] += 1
            return
        right = (self.meter.shown_wh(), self.meter.power_w)
        if (reading.energy_wh, reading.power_w) == right and reading.frequency_mhz == 50000:
            self.tally[fault][0] += 1
        else:
            self.tally[fault][2] += 1
            self.wrong.append(fault)

    def _block(self, read, fault):
        function, address, count = read
        request = modbus.read_request(UNIT, function, address, count)
        size = modbus.response_size(function, count)
        content = self._spoiled(request, self.meter.answer(request, UNIT), fault)
        self._last = self.meter.answer(request, UNIT)
        start = modbus.start_of_answer(request, content, size)
        return modbus.parse_response(UNIT, function, count, content[start : start + size], address)

    def _spoiled(self, request, answer, fault):
        prng, spoiled = self.prng, bytearray(answer)
        if fault in ("few bits", "many bits"):
            for _ in range(prng.between(1, 3) if fault == "few bits" else prng.between(4, 60)):
                spoiled[prng.between(0, len(spoiled) - 1)] ^= 1 << prng.between(0, 7)
        elif fault == "burst":
            at = prng.between(0, len(spoiled) - 2)
            spoiled[at] ^= prng.between(1, 255)
            spoiled[at + 1] ^= prng.between(0, 255)
        elif fault == "garbage":
            # The head is right and all behind it is not, as where another meter speaks at the same time.
            spoiled[3:] = self._noise(len(spoiled) - 3)
        elif fault == "lost bytes":
            at = prng.between(0, len(spoiled) - 2)
            spoiled = spoiled[:at] + spoiled[at + prng.between(1, 3) :] + self._noise(prng.between(0, 3))
        elif fault == "added bytes":
            at = prng.between(0, len(spoiled) - 1)
            spoiled = spoiled[:at] + self._noise(prng.between(1, 3)) + spoiled[at:]
        elif fault == "truncated":
            spoiled = spoiled[: prng.between(0, len(spoiled) - 1)]
        elif fault == "echo":
            return request + answer
        elif fault == "noise around":
            return bytes(self._noise(prng.between(0, 4))) + answer + bytes(self._noise(prng.between(0, 4)))
        elif fault == "late":
            # The answer to the question before this one, which was another one.
            return self._late(request) + (answer if prng.between(0, 1) else b"")
        elif fault == "foreign unit":
            foreign = modbus.with_crc(bytes((OTHER_UNIT,)) + request[1:-2])
            return self.other.answer(foreign, OTHER_UNIT) + (answer if prng.between(0, 1) else b"")
        elif fault == "other master":
            # It asks our meter for as many registers from elsewhere, and the answer looks like ours.
            asked = modbus.with_crc(request[:3] + bytes((request[3] ^ 0x02,)) + request[4:-2])
            said = modbus.with_crc(answer[:3] + bytes(len(answer) - 5))
            return asked + said
        elif fault == "refused":
            return modbus.with_crc(bytes((UNIT, request[1] | 0x80, prng.between(1, 11))))
        elif fault == "silent":
            return b""
        return bytes(spoiled)

    def _late(self, request):
        reads = list(self.model.plan) + ([self.model.serial_plan] if self.model.serial_plan else [])
        others = []
        for function, address, count in reads:
            asked = modbus.read_request(UNIT, function, address, count)
            if asked != request:
                others.append(self.meter.answer(asked, UNIT))
        return others[self.prng.between(0, len(others) - 1)]

    def _noise(self, count):
        return bytearray([self.prng.between(0, 255) for _ in range(count)])
