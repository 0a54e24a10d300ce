"""Makes the records that an order's commands ask for: a receipt cancelled, a receipt corrected.

It does not know when they are written. Each is made whole before the order is applied, so that one that
cannot be makes the order one that is refused.
"""

from ..crypto import canonical, jose
from ..errors import ReceiptError
from ..ledger import chain
from ..receipts import correction, shortcode
from ..uplink import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ledger.journal import Journal
    from ..pricing.calendar import Zone

    Document = dict[str, Any]


def prepared(
    given: "list[Document]", journal: "Journal", zone: "Zone", corrected: "Document"
) -> "tuple[list[Any], list[str]]":
    """Return [kind, members] of the record of each command, and why some cannot be, each with its path.

    `corrected` is what orders made of receipts so far, by their numbers: [seq of the receipt, number of its
    newest correction, number of the one that cancelled it or 0]. What these commands make of them is put in.
    """
    made, problems = [], []
    for i, command in enumerate(given):
        try:
            record = _record(command, journal, zone)
            _follow(command, corrected)
            if not changes.fits(record):
                raise ReceiptError("its record would be larger than a record can be; make it shorter")
            made.append(record)
        except ReceiptError as error:
            problems.append("commands/%d: %s" % (i, error))
    return made, problems


def _follow(command: "Document", corrected: "Document") -> None:
    """Note what a command makes of its receipt. Raises ReceiptError where nothing of that is left, or another
    correction bears its number: an office that was restored from a copy may not know of either.
    """
    receipt, number = command["receipt"], command["number"]
    _, newest, cancelled = corrected.get(receipt, (0, 0, 0))
    if cancelled:
        raise ReceiptError("%s-C%d cancelled receipt %s already" % (receipt, cancelled, receipt))
    if number <= newest:
        told = "%s-C%d is there already, so that the next correction is %d or more, not %d"
        raise ReceiptError(told % (receipt, newest, newest + 1, number))
    corrected[receipt] = [command["seq"], number, number if command["command"] == changes.CANCEL else 0]


def _record(command: "Document", journal: "Journal", zone: "Zone") -> "list[Any]":
    found = next(journal.read_from(command["seq"]), None)
    if found is None or found[0] != command["seq"]:
        raise ReceiptError("record %d is not kept here (any more)" % command["seq"])
    content, _signed, signature = jose.split(found[1], chain.RECORD_TYPE)
    old = canonical.decode(content)
    named = {
        "receipt": command["receipt"],
        "hash": chain.hash(found[1]),
        "code": shortcode.of(signature),
        "number": command["number"],
        "zone": zone.text,
    }
    if command["command"] == changes.CANCEL:
        return [correction.CANCELLED, correction.cancelled(old, named, command["reason"])]
    return [correction.CORRECTED, correction.corrected(old, named, command["reason"], command["bill"])]
