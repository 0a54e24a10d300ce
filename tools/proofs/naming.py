"""Checks whose a receipt is: its number is of its terminal and session, and one payer is told everywhere.

It does not know numbers of other receipts.
"""

import re
from collections.abc import Iterator
from typing import Any

from tools.proofs.proof import Proof

# Of a bank card, of which no contract is told.
_CARD = "card"


def check(proof: Proof, receipt: dict[str, Any]) -> None:
    """Hold number, session, token, contract and payment of a receipt against one another."""
    problems = [*_numbers(receipt), *_payer(receipt)]
    proof.found("number", problems, f"receipt {receipt['receipt']} of terminal {receipt['terminal']}")


def number(name: object, terminal: object) -> int | None:
    """Return which session of its terminal one is, None where the name is not of that terminal."""
    found = re.fullmatch(re.escape(f"{terminal}-") + "([0-9]{6,15})", str(name))
    return int(found[1]) if found and (len(found[1]) == 6 or found[1][0] != "0") else None


def _numbers(receipt: dict[str, Any]) -> Iterator[str]:
    name, session, terminal = receipt["receipt"], receipt["session"], receipt["terminal"]
    if not number(session, terminal):
        yield f"{session} is no session of terminal {terminal}"
    if receipt["kind"] == "session.ended" and name != session:
        yield f"receipt {name} is of session {session}, whose number it should bear"


def _payer(receipt: dict[str, Any]) -> Iterator[str]:
    payment, token, contract = receipt["payment"], receipt["token"], receipt["contract"]
    if payment["kind"] == _CARD:
        for what, told in (("payment", payment["transaction"]), ("token", token["transaction"])):
            if told != receipt["session"]:
                yield f"the transaction of the {what} is {told}, and the session's is {receipt['session']}"
        if contract is not None:
            yield f"a bank card pays, and the contract {contract} is named"
    elif payment["kind"] != "contract" or payment["contract"] != contract:
        yield f"{payment.get('contract')} pays ({payment['kind']}), and the contract is {contract}"
