"""Names the forms of signed meter values that are not OCMF: those of S.A.F.E.'s Transparenzsoftware.

It does not read them, so that nobody takes a value that nobody looked at for one that was found wrong.
"""

import base64
import re
from collections import Counter

# As `format` tells them; what is read beside them in a container is OCMF.
_NAMES = (
    "ALFEN",
    "EDL",
    "EDL_40",
    "EDL_40_P",
    "EDL_40_SIG",
    "EDL_40_MENNEKES",
    "ISA_EDL_40_P",
    "SML_EDL40_P",
    "PCDF",
)
# As their values begin, for a format is often left out.
_BEGINS = (
    (re.compile(rb"AP;\d+;\d+;"), "ALFEN"),
    (re.compile(rb"(?i)1b\s*1b\s*1b\s*1b\s*01"), "EDL40 (SML)"),
    (re.compile(rb"\x1b\x1b\x1b\x1b\x01"), "EDL40 (SML)"),
    (re.compile(rb"GxsbGwEB"), "EDL40 (SML)"),
    (re.compile(rb"128\.8\.\d\("), "PCDF"),
    (re.compile(rb"(?:<\?xml[^>]*>\s*)?<signedMeterValue\b"), "EDL (signedMeterValue)"),
    (re.compile(rb"(?:<\?xml[^>]*>\s*)?<Billing\b"), "EDL_40_MENNEKES"),
)
_ROOTS = {
    "Billing": "EDL_40_MENNEKES",
    "ChargingProcess": "EDL_40_MENNEKES",
    "signedMeterValue": "EDL (signedMeterValue)",
}
# What S.A.F.E.'s sealing library makes of records: RSA, and a SEQUENCE of some hundred bytes.
SEALED = "sealed OCMF (RSA)"
_SEALED_BEGIN = re.compile(rb"\x30\x82")


def by_format(name: str) -> str | None:
    """Return a format by what a container calls it, None where no verifier knows it."""
    return name.upper() if name.upper() in _NAMES else None


def by_content(content: bytes) -> str | None:
    """Return the format that a value is of, None where it is none of these."""
    return next((name for begin, name in _BEGINS if begin.match(content)), None)


def by_root(name: str) -> str | None:
    """Return the format of a document by the name of its root."""
    return _ROOTS.get(name)


def is_sealed(content: bytes) -> bool:
    """Return whether an encodedData is sealed, in bytes or in hex or base64 of them."""
    joined = re.sub(rb"\s", b"", content)
    decoded = [content]
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            decoded.append(decode(joined.decode()))
        except ValueError:
            continue
    return any(map(_SEALED_BEGIN.match, decoded))


def sentence(names: list[str]) -> str:
    """Return what is said of values that are not read, by the names of their forms."""
    if len(names) == 1:
        return f"a value of the form {names[0]}, which is not read here: only OCMF is"
    counts = Counter(names)
    told = ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counts.items())
    return f"values of the form {told}, which are not read here: only OCMF is"
