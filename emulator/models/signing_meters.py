"""The registers by which two meters sign a transaction: what they take, their states, the record with its
signature.

They do not count energy: they ask their owner, which tells `serial`, `lived_ms` and `counted_wh()`. A power
failure does to them what it does to the real ones.
"""

import hashlib

from firmware.crypto import der, p256
from firmware.pricing import calendar

DEVICE_FAILURE = 4
OBIS_IMPORT = "01-00:B2.08.00*FF"
# SubjectPublicKeyInfo of a point on P-256 (RFC 5480), up to the point.
P256_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


class Stillness:
    """What a meter is that counts nothing, for tests of the registers alone."""

    serial = "21110042"
    lived_ms = 0
    fault = "none"

    def counted_wh(self) -> int:
        """Return the register, in Wh."""
        return 123456


class Registers:
    """Words at addresses, in areas (first, last) that answer; what nobody wrote is zero."""

    AREAS: "tuple[tuple[int, int], ...]" = ()

    def __init__(self, owner=None):
        self.words: "dict[int, int]" = {}
        self.begun = 0
        self.owner = owner or Stillness()
        self._private = hashlib.sha256(b"emulated meter " + self.owner.serial.encode()).digest()
        # What the clock was told, and when.
        self._told_utc_s, self._told_ms, self._offset_min = None, 0, 0
        self._readings: "list[str]" = []

    def has(self, address, count) -> bool:
        """Return whether these registers are there."""
        return any(first <= address and address + count - 1 <= last for first, last in self.AREAS)

    def read(self, address, count) -> bytes:
        """Return the bytes of registers."""
        content = b""
        for place in range(address, address + count):
            content += self.words.get(place, 0).to_bytes(2, "big")
        return content

    def put(self, address, content):
        """Write bytes, filled up to whole registers."""
        content += b"\0" * (len(content) % 2)
        for i in range(0, len(content), 2):
            self.words[address + i // 2] = content[i] << 8 | content[i + 1]

    def text(self, address, count) -> str:
        """Return ASCII up to the first NUL."""
        return self.read(address, count).split(b"\0")[0].decode()

    def public_key(self) -> bytes:
        """Return the meter's key as it is printed on it: SubjectPublicKeyInfo, DER."""
        return P256_KEY + p256.public_key(self._private)

    def write(self, address, words) -> "int | None":
        """Take registers; return the code of an exception that refuses them."""
        raise NotImplementedError(address)

    def power_failure(self):
        """Lose the power and have it again."""
        raise NotImplementedError(self)

    def sign(self, content: bytes) -> bytes:
        """Return r and s over a record's payload."""
        return p256.sign(self._private, hashlib.sha256(content).digest())

    def _set_clock(self, utc_s, offset_min):
        self._told_utc_s, self._told_ms, self._offset_min = utc_s, self.owner.lived_ms, offset_min

    def _note(self, code):
        """Take a reading, at the beginning or the end of a transaction."""
        utc_s, state = self._told_utc_s, "S"
        if utc_s is None:
            utc_s, state = 0, "U"
        local = calendar.format_utc(
            utc_s + (self.owner.lived_ms - self._told_ms) // 1000 + 60 * self._offset_min
        )
        sign = "-" if self._offset_min < 0 else "+"
        zone = "%s%02d%02d" % ((sign,) + divmod(abs(self._offset_min), 60))
        told = (
            local[:19],
            zone,
            state,
            code,
            self.owner.counted_wh() // 1000,
            self.owner.counted_wh() % 1000,
        )
        self._readings.append(
            '{"TM":"%s,000%s %s","TX":"%s","RV":%d.%03d,"RI":"' % told
            + OBIS_IMPORT
            + '","RU":"kWh","RT":"AC","EF":"","ST":"G"}'
        )

    def _taken(self):
        readings, self._readings = ",".join(self._readings), []
        return '"RD":[%s]}' % readings


class SigningEm580(Registers):
    """Keeps a running transaction and a record over a power failure; refuses a start while it has one."""

    AREAS = ((0x24FF, 0x2541), (0x2600, 0x263D), (0x6900, 0x697D), (0x7000, 0x7FFF))

    def __init__(self, owner=None):
        super().__init__(owner)
        self.put(0x2600, self.public_key())

    def write(self, address, words) -> "int | None":
        """Take registers; a command moves the state. Returns the code of an exception that refuses it."""
        state = self.words.get(0x7100, 0)
        if address == 0x7040 and (self.owner.fault == "refuses_to_sign" or words == [0x42] and state != 0):
            return DEVICE_FAILURE
        for i in range(len(words)):
            self.words[address + i] = words[i]
        if address == 0x7031:
            utc_s = 0
            for i in range(4):
                utc_s |= self.words.get(0x7032 + i, 0) << 16 * i
            offset_min = words[0] - ((words[0] & 0x8000) << 1)
            self._set_clock(utc_s, offset_min)
        elif address == 0x7040 and words == [0x42]:
            self.begun += 1
            self._note("B")
            self.words[0x7100] = 1
        elif address == 0x7040 and words == [0x45] and state == 1:
            self._note("E")
            self._close()
        return None

    def _close(self):
        told = (
            self.begun,
            self.owner.serial,
            self.text(0x7007, 20),
            self.text(0x6900, 126),
            self.text(0x701C, 20),
        )
        payload = (
            '{"FV":"1.2","PG":"T%d","MV":"CARLO GAVAZZI","MM":"EM580","MS":"%s","IS":true,"IL":"NONE",'
            '"IF":["RFID_PLAIN"],"IT":"ISO14443","ID":"%s","TT":"%s","CT":"EVSEID","CI":"%s",'
            % told
            + self._taken()
        )
        section = (
            '{"SA":"ECDSA-secp256r1-SHA256","SD":"%s"}' % der.signature(self.sign(payload.encode())).hex()
        )
        record = "OCMF|%s|%s" % (payload, section)
        self.put(0x7110, record.encode() + b"\0")
        self.words[0x7101] = -(-len(record) // 2)
        self.words[0x7100] = 2

    def power_failure(self):
        """Come back as it was."""


class SigningWm3m4(Registers):
    """After a power failure a running transaction wants time and text anew, or it does not end."""

    AREAS = ((7000, 7099), (7100, 7611), (7612, 8123), (8124, 8155), (8188, 8267))

    def __init__(self, owner=None):
        super().__init__(owner)
        self._has_time = self._has_text = False

    def read(self, address, count) -> bytes:
        """Return the bytes of registers; where the key stands nothing else does."""
        if address == 8124:
            return self.public_key()[-64:][: 2 * count]
        return super().read(address, count)

    def write(self, address, words) -> "int | None":
        """Take registers; a command moves the state. Returns the code of an exception that refuses it."""
        for i in range(len(words)):
            self.words[address + i] = words[i]
        if address == 7071:
            self._has_time = True
            offset_min = self.words.get(7053, 0)
            offset_min -= (offset_min & 0x8000) << 1
            self._set_clock(self.words.get(7054, 0) << 16 | self.words.get(7055, 0), offset_min)
        elif address == 7056:
            self._has_text = True
        elif address == 7051:
            self._obey(words[0])
        return None

    def _obey(self, command):
        if not (self._has_time and self._has_text):
            self.words[7052] = 128
            return
        if self.owner.fault == "refuses_to_sign":
            self.words[7052] = 131
            return
        if command == 0x4200 and self.words.get(7000, 0) == 0:
            self.begun += 1
            self._note("B")
            self.words[7000], self.words[7052] = 1, 15
        elif command == 0x7200 and self.words.get(7000, 0):
            self._note("E")
            self._close()

    def _close(self):
        size = self.words.get(7056, 0)
        text = self.read(7100, -(-size // 2))[:size].decode()
        # The readings and the meter's own members take the place of those that the text leaves empty.
        text = text.replace('"PG":""', '"PG":"T%d"' % self.begun).replace(
            '"MS":""', '"MS":"%s"' % self.owner.serial
        )
        record = text.replace(',"RD":[]}', "}")[:-1] + "," + self._taken()
        numbers = self.sign(record.encode())
        # Each number has 32 bytes, whatever it begins with.
        signature = b"\x30\x44\x02\x20" + numbers[:32] + b"\x02\x20" + numbers[32:]
        self.put(7612, record.encode())
        self.put(8188, signature)
        self.words[7057], self.words[7058] = len(record), len(signature)
        self.words[7000], self.words[7052] = 0, 15

    def power_failure(self):
        """Come back without time and text, and with a transaction that waits for them."""
        self._has_time = self._has_text = False
        self.words[7052] = 1
        if self.words.get(7000, 0):
            self.words[7000] = 2


def make(owner) -> Registers:
    """Return the registers of an owner's transactions, by its `model`."""
    return SigningEm580(owner) if owner.model == "carlo-gavazzi-em580" else SigningWm3m4(owner)
