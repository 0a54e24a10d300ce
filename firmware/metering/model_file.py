"""An operator's meter map: a JSON document, checked in full and turned into the form of the maps in ROM.

It does not know the file that it came from, nor wires. docs/meters.md describes it.
"""

from ..crypto.decimals import Number
from ..errors import MeterMapError
from . import maps, models

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Document = dict[str, Any]

MEMBERS = ("name", "source", "max_a", "most_registers", "widest_gap", "registers")
REGISTER_MEMBERS = (
    "quantity",
    "function",
    "address",
    "type",
    "word_order",
    "scale",
    "unit",
    "not_available",
)
# Which quantities there are, how many of each, and in which units.
QUANTITIES = (
    ("serial", 0, 1, "-"),
    ("energy", 1, 1, "kWh Wh"),
    ("power", 0, 1, "kW W"),
    ("frequency", 0, 1, "Hz mHz"),
    ("voltage", 0, 3, "V mV"),
    ("current", 0, 3, "A mA"),
)
# Types of which one word is no part of a longer number.
MIXED = ("decade", "udecade", "exponent")
HEX_DIGITS = "0123456789abcdefABCDEF"
NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
LONGEST_NAME = 40
LONGEST_SOURCE = 200
LONGEST_TEXT = 32
MOST_DECIMALS = 9
# As a fuse's.
HIGHEST_A = 1000


def text(document: "Any") -> str:
    """Return a document in the form of maps.py. Raises MeterMapError with every problem."""
    if not isinstance(document, dict):
        raise MeterMapError(["a meter map has to be one JSON object"])
    checked = _Checking()
    checked.head(document)
    registers = document.get("registers")
    if not isinstance(registers, list):
        checked.problem("registers", "it has to be a list of registers")
        registers = []
    for i, given in enumerate(registers):
        checked.register("registers/%d" % i, given)
    checked.whole()
    if checked.problems:
        raise MeterMapError(checked.problems)
    name = document["name"]
    if checked.max_a:
        name = "%s:%d" % (name, checked.max_a)
    head = (name, checked.most, checked.gap, document["source"])
    # Registers of one quantity stay together, in their order.
    lines = ["%s | %d | %d | %s" % head]
    for name, _least, _most, _units in QUANTITIES:
        lines += [line for what, line in checked.lines if what == name]
    return "\n".join(lines)


class _Checking:
    """One pass over a document that gathers its problems."""

    def __init__(self) -> None:
        self.problems: "list[str]" = []
        self.lines: "list[tuple[str, str]]" = []
        # (function, first, end, path) of every register.
        self.places: "list[tuple[int, int, int, str]]" = []
        self.most, self.gap = models.MOST_REGISTERS, 0
        self.max_a = 0

    def problem(self, path: str, sentence: str) -> None:
        self.problems.append("%s: %s" % (path, sentence))

    def head(self, document: "Document") -> None:
        """Check everything but the registers."""
        self.members("", document, MEMBERS)
        name, source = document.get("name"), document.get("source")
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME:
            self.problem("name", "it has to be a text of 1 to %d characters" % LONGEST_NAME)
        elif [letter for letter in name if letter not in NAME_CHARACTERS]:
            self.problem("name", "only a to z, 0 to 9 and - are possible, not %r" % name)
        elif maps.part(name):
            self.problem("name", "%s is a built-in model; give this one another name" % name)
        if not isinstance(source, str) or not 1 <= len(source) <= LONGEST_SOURCE:
            self.problem(
                "source", "it has to name the maker's document, in at most %d characters" % LONGEST_SOURCE
            )
        elif not source.strip() or [letter for letter in source if letter == "|" or letter < " "]:
            self.problem("source", "it has to be one line without |")
        if "max_a" in document:
            self.max_a = self.number("max_a", document, 1, HIGHEST_A, 0)
        self.most = self.number("most_registers", document, 1, models.MOST_REGISTERS, self.most)
        self.gap = self.number("widest_gap", document, 0, models.MOST_REGISTERS, self.gap)

    def members(self, path: str, given: "Document", known: "tuple[str, ...]") -> None:
        """Note every member that is none."""
        for key in sorted(given):
            if key not in known:
                place = "%s/%s" % (path, key) if path else key or '""'
                self.problem(place, "no such member; there are %s" % ", ".join(known))

    def number(self, path: str, given: "Document", lowest: int, highest: int, default: int) -> int:
        """Return a whole number, its default where it is absent or wrong."""
        number = given.get(path.split("/")[-1], default)
        if isinstance(number, int) and not isinstance(number, bool) and lowest <= number <= highest:
            return number
        self.problem(path, "it has to be a whole number from %d to %d" % (lowest, highest))
        return default

    def register(self, path: str, given: "Any") -> None:
        """Check one register and keep its line."""
        if not isinstance(given, dict):
            self.problem(path, "it has to be a JSON object")
            return
        self.members(path, given, REGISTER_MEMBERS)
        before = len(self.problems)
        what = given.get("quantity")
        units = [row[3] for row in QUANTITIES if row[0] == what]
        if not units:
            names = ", ".join([row[0] for row in QUANTITIES])
            self.problem(path + "/quantity", "it has to be one of %s" % names)
        function = self.number(path + "/function", given, 3, 4, 0)
        kind = self.kind(path + "/type", given.get("type"), what == "serial")
        address = self.address(path + "/address", given.get("address"))
        order = given.get("word_order", "high")
        if order not in ("high", "low"):
            self.problem(path + "/word_order", "it has to be high (first) or low (first)")
        elif order == "low" and (what == "serial" or kind.rstrip("0123456789") in MIXED):
            self.problem(path + "/word_order", "it is read high word first; leave this out")
        scale = self.scale(path + "/scale", given.get("scale", 1))
        if what == "serial" and scale != "1":
            self.problem(path + "/scale", "a serial number has none; leave it out")
        unit = given.get("unit", "-")
        if units and unit not in units[0].split():
            words = " or ".join(units[0].split())
            self.problem(path + "/unit", "%s is given in %s" % (what, words if words != "-" else "no unit"))
        absent = "-"
        if kind:
            absent = self.absent(path + "/not_available", given.get("not_available"), kind)
            if what == "serial" and absent.strip("F-"):
                self.problem(
                    path + "/not_available",
                    "only FF to its whole width says so of a serial number; leave it out",
                )
            count = models.size(kind)
            if count > self.most:
                told = (count, self.most)
                self.problem(path, "it has %d registers; most_registers allows %d a read" % told)
            if (address or 0) + count > 0x10000:
                self.problem(path + "/address", "%d registers from there reach beyond 65535" % count)
            if function and address is not None:
                self.places.append((function, address, address + count, path))
        if len(self.problems) == before and address is not None:
            line = "%s %d %04X %s %s %s %s %s" % (what, function, address, kind, order, scale, unit, absent)
            self.lines.append((str(what), line))

    def kind(self, path: str, given: "Any", is_serial: bool) -> str:
        """Return the type, empty where it is none."""
        known = ["uint32", "maybe32", "hex32"] if is_serial else models.TYPES.split()
        texts = ["text%d" % count for count in range(1, LONGEST_TEXT + 1)] if is_serial else []
        if given in known or given in texts:
            return str(given)
        known_words = ", ".join(known) + (", text1 to text%d" % LONGEST_TEXT if is_serial else "")
        self.problem(path, "unknown type %r; there are %s" % (given, known_words))
        return ""

    def address(self, path: str, given: "Any") -> "int | None":
        """Return a number, or a text such as 0x5B00, as it is sent on the line; None where it is none."""
        if isinstance(given, str):
            digits = _hex_digits(given)
            given = int(digits, 16) if digits else None
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= 0xFFFF:
            return given
        self.problem(path, 'it has to be a number from 0 to 65535, or a text such as "0x5B00"')
        return None

    def scale(self, path: str, given: "Any") -> str:
        """Return what one digit is worth, as a plain decimal."""
        is_number = isinstance(given, (int, Number)) and not isinstance(given, bool)
        written = str(given) if is_number else ""
        if not written or written.startswith("-") or not written.strip("0."):
            self.problem(path, "it has to be a number above 0, what one digit of the register is worth")
            return "1"
        if len(written.partition(".")[2]) > MOST_DECIMALS:
            self.problem(path, "it has more than %d decimals" % MOST_DECIMALS)
        return written

    def absent(self, path: str, given: "Any", kind: str) -> str:
        """Return the digits of the number that says "not available", or - without one."""
        if given is None:
            return "-"
        width = 4 * models.size(kind)
        digits = _hex_digits(given)
        if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
            digits = "%X" % given
            digits = "0" * (width - len(digits)) + digits
        if len(digits) != width or "int" not in kind:
            told = 'it has to be as wide as the register, such as "0x7FFF" or 32767; floats have NaN'
            self.problem(path, told)
            return "-"
        return digits.upper()

    def whole(self) -> None:
        """Check what one register alone does not show."""
        for name, least, most, _units in QUANTITIES:
            count = len([1 for what, _line in self.lines if what == name])
            if count > most:
                self.problem("registers", "%d registers of %s; at most %d are possible" % (count, name, most))
            elif count < least and not self.problems:
                self.problem("registers", "none of %s; without it nothing can be billed" % name)
        places = sorted(self.places)
        for i in range(1, len(places)):
            function, _address, end, path = places[i - 1]
            if places[i][0] == function and places[i][1] < end:
                self.problem(places[i][3], "it overlaps %s; check address and type of both" % path)


def _hex_digits(given: "Any") -> str:
    """Return the digits of a text such as 0x5B00, empty where it is none: int() takes underscores, too."""
    digits = given[2:] if isinstance(given, str) and given[:2] in ("0x", "0X") else ""
    return "" if [digit for digit in digits if digit not in HEX_DIGITS] else digits
