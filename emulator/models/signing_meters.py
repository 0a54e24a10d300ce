"""The registers by which two meters sign a transaction: what they take, their states, the record.

They do not count energy, and their signature is not worth more than a stand-in: whoever tests verifies it as
such. A power failure does to them what it does to the real ones.
"""

ILLEGAL_ADDRESS = 2

# A DER signature whose first number is written one byte too long, as the WM3M4 does.
R, S = "005d226c5f20ebebfd9f0d1da2aa696dd4f77f3708eecde72b4a346ae03b8ce4", "6a" * 32
SIGNATURE = bytes.fromhex("30440220" + R + "0220" + S)


class Registers:
    """Words at addresses; what nobody wrote is zero."""

    def __init__(self):
        self.words = {}

    def read(self, address, count):
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

    def text(self, address, count):
        """Return ASCII up to the first NUL."""
        return self.read(address, count).split(b"\0")[0].decode()


class SigningEm580(Registers):
    """Keeps a running transaction and a record over a power failure; refuses a start while it has one."""

    def __init__(self):
        super().__init__()
        self.begun = 0

    def write(self, address, words):
        """Take registers; a command moves the state."""
        for i in range(len(words)):
            self.words[address + i] = words[i]
        state = self.words.get(0x7100, 0)
        if address == 0x7040 and words == [0x42]:
            if state != 0:
                raise ValueError("a start while a transaction is in state %d" % state)
            self.begun += 1
            self.words[0x7100] = 1
        elif address == 0x7040 and words == [0x45] and state == 1:
            tariff = self.text(0x6900, 126)
            record = 'OCMF|{"ID":"%s","TT":"%s"}|{"SD":"30"}' % (self.text(0x7007, 20), tariff)
            self.put(0x7110, record.encode())
            self.words[0x7101] = -(-len(record) // 2)
            self.words[0x7100] = 2

    def power_failure(self):
        """Come back as it was."""


class SigningWm3m4(Registers):
    """After a power failure a running transaction wants time and text anew, or it does not end."""

    def __init__(self):
        super().__init__()
        self.begun = 0
        self._has_time = self._has_text = False

    def write(self, address, words):
        """Take registers; a command moves the state."""
        for i in range(len(words)):
            self.words[address + i] = words[i]
        if address == 7071:
            self._has_time = True
        elif address == 7056:
            self._has_text = True
        elif address == 7051:
            self._obey(words[0])

    def _obey(self, command):
        if not (self._has_time and self._has_text):
            self.words[7052] = 128
            return
        size = self.words.get(7056, 0)
        text = self.read(7100, -(-size // 2))[:size].decode()
        if command == 0x4200 and self.words.get(7000, 0) == 0:
            self.begun += 1
            self.words[7000], self.words[7052] = 1, 15
        elif command == 0x7200 and self.words.get(7000, 0):
            record = text[:-1] + ',"RD":[]}'
            self.put(7612, record.encode())
            self.put(8188, SIGNATURE)
            self.words[7057], self.words[7058] = len(record), len(SIGNATURE)
            self.words[7000], self.words[7052] = 0, 15

    def power_failure(self):
        """Come back without time and text, and with a transaction that waits for them."""
        self._has_time = self._has_text = False
        self.words[7052] = 1
        if self.words.get(7000, 0):
            self.words[7000] = 2
