"""Looks for a card number in bytes in every form in which it could be kept.

Those are digits, BCD, track 2, hexadecimal of these, base64 of all that at every alignment.
It knows no file and no process; it runs on every interpreter.
"""

import binascii


def spellings(pan: str) -> "list[bytes]":
    """Return what betrays a number: its middle, which no mask shows, or all of it, in each form."""
    told = [pan.encode()]
    # Two digits an octet, from an even or an odd nibble on: what shares an octet with others is left out.
    even, odd = pan[: len(pan) // 2 * 2], pan[1 : 1 + (len(pan) - 1) // 2 * 2]
    for content in (pan.encode(), bytes.fromhex(even), bytes.fromhex(odd)):
        hexadecimal = content.hex()
        told += [content, hexadecimal.encode(), hexadecimal.upper().encode()]
        for form in (content, hexadecimal.encode(), hexadecimal.upper().encode()):
            told += _base64(form)
    # The middle alone: a mask leaves the first six and the last four.
    told.append(pan[6:].encode())
    told.append(pan[:-4].encode())
    return sorted(set(told))


def found(pan: str, content: bytes) -> "list[bytes]":
    """Return the spellings of a number that stand in some bytes."""
    return [spelling for spelling in spellings(pan) if spelling in content]


def _base64(content: bytes) -> "list[bytes]":
    """Return what stands of some bytes in base64 whatever stands before and after them, in both alphabets."""
    told = []
    for before in range(3):
        text = binascii.b2a_base64(bytes(before) + content).strip().rstrip(b"=")
        # What shares bits with a neighbour is not known.
        begin = (0, 2, 3)[before]
        end = len(text) - (1 if (before + len(content)) % 3 else 0)
        told += [text[begin:end], text[begin:end].replace(b"+", b"-").replace(b"/", b"_")]
    return told
