"""Draws a QR code (ISO/IEC 18004:2015) of a short text, as a board can: in integers, and in slices.

It does not know what the text says or who draws the modules. Byte mode, error correction level M, versions 1
to 6: up to 106 bytes on 21 to 41 modules a side. Loaded only while a code is made.
"""

from firmware.errors import ReceiptError

# Of each version from 1 on, level M (tables 7 and 9): codewords of correction a block, blocks, codewords of
# data a block. All blocks of these versions are alike.
BLOCKS = ((10, 1, 16), (16, 1, 28), (26, 1, 44), (18, 2, 32), (24, 2, 43), (16, 4, 27))
# Mode indicator and character count take 12 bits, and the rest of the data starts at a half byte.
MAX_BYTES = 106
BYTE_MODE = 4
PADDING = (0xEC, 0x11)
# GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1 (7.5.2).
FIELD = 0x11D
# Format information (7.9): level M is 00; generator and mask of the BCH code.
FORMAT_GENERATOR, FORMAT_MASK = 0x537, 0x5412
MASKS = 8
# How many bits of a number below 64 are set.
ONES = (
    b"\0\1\1\2\1\2\2\3\1\2\2\3\2\3\3\4"
    b"\1\2\2\3\2\3\3\4\2\3\3\4\3\4\4\5"
    b"\1\2\2\3\2\3\3\4\2\3\3\4\3\4\4\5"
    b"\2\3\3\4\3\4\4\5\3\4\4\5\4\5\5\6"
)
# Weights of what makes a code hard to read (7.8.3).
RUN, BLOCK, FINDER, BALANCE = 3, 3, 40, 10

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


def rows_steps(text: str) -> "Generator[None, None, list[int]]":
    """Yield between slices; return the rows from the top, integers whose lowest bit is the right module.

    A set bit is a dark module. There are as many columns as rows; the quiet zone of 4 modules is the panel's
    to leave. Raises ReceiptError for a text that is too long.
    """
    content = text.encode()
    version = 1
    while version <= len(BLOCKS) and BLOCKS[version - 1][1] * BLOCKS[version - 1][2] < len(content) + 2:
        version += 1
    if version > len(BLOCKS):
        raise ReceiptError("a QR code of %d bytes, at most %d fit" % (len(content), MAX_BYTES))
    codewords = yield from _codewords(content, *BLOCKS[version - 1])
    yield
    size = 17 + 4 * version
    rows, fixed = _patterns(size)
    yield
    _place(rows, fixed, codewords)
    yield
    # One masked code is held at a time: a small board has no room for the best one beside the next.
    masked: "list[int]" = []
    best, least = 0, -1
    for mask in range(MASKS):
        masked = []
        masked = _masked(rows, fixed, mask)
        yield
        penalty = _penalty(masked)
        if least < 0 or penalty < least:
            best, least = mask, penalty
        yield
    masked = []
    return _masked(rows, fixed, best)


def _codewords(content: bytes, correction: int, blocks: int, each: int) -> "Generator[None, None, bytes]":
    """Yield between blocks; return data and correction of all blocks, interleaved (7.4, 7.5, 7.6)."""
    data = bytearray(blocks * each)
    data[0] = BYTE_MODE << 4 | len(content) >> 4
    last = len(content) & 15
    for index, byte in enumerate(content):
        data[1 + index] = last << 4 | byte >> 4
        last = byte & 15
    # The terminator of four zeros fills the byte.
    data[1 + len(content)] = last << 4
    for index in range(2 + len(content), len(data)):
        data[index] = PADDING[(index - len(content)) & 1]
    tables = _tables()
    generator = _generator(correction, *tables)
    parts = [bytes(data[start : start + each]) for start in range(0, len(data), each)]
    remainders = []
    for part in parts:
        yield
        remainders.append(_remainder(part, generator, *tables))
    woven = bytearray()
    for index in range(each):
        woven.extend(bytes([part[index] for part in parts]))
    for index in range(correction):
        woven.extend(bytes([part[index] for part in remainders]))
    return bytes(woven)


def _tables() -> "tuple[bytes, bytes]":
    """Return the powers of 2 in GF(256), and of which power each other element is."""
    powers, logarithms = bytearray(255), bytearray(256)
    element = 1
    for index in range(255):
        powers[index] = element
        logarithms[element] = index
        element <<= 1
        if element & 0x100:
            element ^= FIELD
    return bytes(powers), bytes(logarithms)


def _generator(degree: int, powers: bytes, logarithms: bytes) -> bytes:
    """Return the logarithms of the product of (x - 2^i) for i below the degree, without its leading 1."""
    generator = bytearray(degree)
    generator[-1] = 1
    for root in range(degree):
        for index in range(degree):
            element = generator[index]
            product = powers[(logarithms[element] + root) % 255] if element else 0
            generator[index] = product ^ generator[index + 1] if index + 1 < degree else product
    # No coefficient of these generators is 0.
    return bytes([logarithms[element] for element in generator])


def _remainder(data: bytes, generator: bytes, powers: bytes, logarithms: bytes) -> bytearray:
    """Return the codewords of correction: the remainder of the data, shifted, by the generator."""
    count = len(generator)
    remainder = bytearray(count + 1)
    for byte in data:
        factor = byte ^ remainder[0]
        if factor:
            logarithm = logarithms[factor]
            for index in range(count):
                exponent = logarithm + generator[index]
                if exponent >= 255:
                    exponent -= 255
                remainder[index] = remainder[index + 1] ^ powers[exponent]
        else:
            remainder[:count] = remainder[1:]
    return remainder[:count]


def _patterns(size: int) -> "tuple[list[int], list[int]]":
    """Return the rows with all function patterns, and where these lie (6.3)."""
    rows, fixed = [0] * size, [0] * size
    top, right = size - 7, 0
    # Finder patterns with their separators; beside them runs the format information.
    for row, shift in ((0, top), (0, right), (top, top)):
        for index, bits in enumerate((0x7F, 0x41, 0x5D, 0x5D, 0x5D, 0x41, 0x7F)):
            rows[row + index] |= bits << shift
    for index in range(9):
        fixed[index] |= 0x1FF << (size - 9) | 0xFF
    for index in range(size - 8, size):
        fixed[index] |= 0x1FF << (size - 9)
    # Timing patterns, dark where the number is even.
    for index in range(8, size - 8):
        column = 1 << (size - 1 - index)
        fixed[6] |= column
        fixed[index] |= 1 << (size - 7)
        if not index & 1:
            rows[6] |= column
            rows[index] |= 1 << (size - 7)
    if size > 21:
        # Versions 2 to 6 have one alignment pattern, around the module 6 from both edges.
        for index, bits in enumerate((0x1F, 0x11, 0x15, 0x11, 0x1F)):
            rows[size - 9 + index] |= bits << 4
            fixed[size - 9 + index] |= 0x1F << 4
    # The one module that is always dark.
    rows[size - 8] |= 1 << (size - 9)
    return rows, fixed


def _place(rows: "list[int]", fixed: "list[int]", codewords: bytes) -> None:
    """Lay the codewords out in columns of two, up and down in turn, from the right (7.7.3)."""
    size = len(rows)
    at, end = 0, 8 * len(codewords)
    for row, column in _path(size):
        if fixed[row] >> column & 1:
            continue
        # What is left at the end stays light.
        if at < end and codewords[at >> 3] >> (7 - (at & 7)) & 1:
            rows[row] |= 1 << column
        at += 1


def _path(size: int) -> "Iterator[tuple[int, int]]":
    """Yield (row, bit) of every module in the order of the data, past the vertical timing pattern."""
    right, is_up = 0, True
    while right < size:
        if right == size - 7:
            right += 1
        for index in range(size):
            row = size - 1 - index if is_up else index
            yield row, right
            if right + 1 < size:
                yield row, right + 1
        right += 2
        is_up = not is_up


def _masked(rows: "list[int]", fixed: "list[int]", mask: int) -> "list[int]":
    """Return the rows with a data mask (7.8.2, table 10) and the format information that tells it."""
    size = len(rows)
    masked = []
    patterns: "list[int]" = []
    for row in range(size):
        if row < 12:
            # All conditions repeat after twelve rows and six columns.
            six = 0
            for column in range(6):
                six = six << 1 | _is_turned(mask, row, column)
            pattern = 0
            for _ in range(size // 6):
                pattern = pattern << 6 | six
            left = size % 6
            patterns.append(pattern << left | six >> (6 - left))
        masked.append(rows[row] ^ (patterns[row % 12] & ~fixed[row]))
    _tell_format(masked, mask)
    return masked


def _is_turned(mask: int, row: int, column: int) -> int:
    """Return 1 where a mask turns a module."""
    product = row * column
    if mask < 4:
        value = ((row + column) & 1, row & 1, column % 3, (row + column) % 3)[mask]
    elif mask == 4:
        value = (row // 2 + column // 3) & 1
    elif mask == 5:
        value = (product & 1) + product % 3
    elif mask == 6:
        value = ((product & 1) + product % 3) & 1
    else:
        value = (((row + column) & 1) + product % 3) & 1
    return 0 if value else 1


def _tell_format(rows: "list[int]", mask: int) -> None:
    """Write level and mask twice (7.9.1), beside the finder patterns."""
    size = len(rows)
    remainder = mask << 10
    for shift in (4, 3, 2, 1, 0):
        if remainder >> (10 + shift) & 1:
            remainder ^= FORMAT_GENERATOR << shift
    told = (mask << 10 | remainder) ^ FORMAT_MASK
    for index in range(15):
        if not told >> index & 1:
            continue
        # Down the ninth column and up at its foot, over the timing pattern.
        row = index if index < 6 else index + 1 if index < 8 else size - 15 + index
        rows[row] |= 1 << (size - 9)
        # From the right along the ninth row, and at its left.
        bit = index if index < 8 else size - 8 if index == 8 else size - 15 + index
        rows[8] |= 1 << bit


def _penalty(rows: "list[int]") -> int:
    """Return how hard a code is to read (7.8.3): runs, blocks, what looks like a finder, and imbalance."""
    size = len(rows)
    penalty = 0
    for row in rows:
        penalty += _line_penalty(row, size)
    for index in range(size):
        penalty += _line_penalty(_column(rows, index), size)
    edge = (1 << (size - 1)) - 1
    for above, below in zip(rows, rows[1:]):  # noqa: B905 - MicroPython's zip takes no keyword
        same = ~(above ^ below)
        # Of one colour with the right neighbour, in both rows, and across.
        whole = ~(above ^ above >> 1) & ~(below ^ below >> 1) & same & edge
        penalty += BLOCK * _count(whole)
    dark = 0
    for row in rows:
        dark += _count(row)
    return penalty + BALANCE * (abs(20 * dark - 10 * size * size) // (size * size))


def _line_penalty(line: int, size: int) -> int:
    """Return the penalty of a row or column for runs of five or more, and 1:1:3:1:1 beside four light."""
    same = ~(line ^ line >> 1) & (1 << (size - 1)) - 1
    fives = same & same >> 1 & same >> 2 & same >> 3
    # A run of n has n - 4 of them: it costs 3 and one for each module beyond five.
    penalty = _count(fives) + (RUN - 1) * _count(fives & ~(fives >> 1))
    light = ~line
    finder = line & light >> 1 & line >> 2 & line >> 3 & line >> 4 & light >> 5 & line >> 6
    before = light >> 7 & light >> 8 & light >> 9 & light >> 10
    after = light << 1 & light << 2 & light << 3 & light << 4
    inner = (1 << (size - 10)) - 1
    return penalty + FINDER * (_count(finder & before & inner) + _count(finder & after & inner << 4))


def _column(rows: "list[int]", index: int) -> int:
    """Return the column of a bit as rows are."""
    column = 0
    for row in rows:
        column = column << 1 | row >> index & 1
    return column


def _count(bits: int) -> int:
    """Return how many bits are set."""
    count = 0
    while bits:
        count += ONES[bits & 63]
        bits >>= 6
    return count
