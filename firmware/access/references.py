"""Holds contracts against the tariffs and discounts that there are: each has to name what somebody gave.

It does not know whether these can be used.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def problems(contracts: "list[Any]", tariffs: "list[Any]", discounts: "list[Any]") -> "list[str]":
    """Return the contracts that name a tariff or a discount which nobody gave, each with its path."""
    ids = ids_of(tariffs)
    offered = [document.get("id") for document in discounts if isinstance(document, dict)]
    found = []
    for index, contract in enumerate(contracts):
        if not isinstance(contract, dict):
            continue
        if "tariff" in contract and contract["tariff"] not in ids:
            found.append("contracts/%d: there is no tariff %s" % (index, contract["tariff"]))
        granted = contract.get("discounts")
        # What is no list is told by those who read contracts.
        for given in granted if isinstance(granted, list) else ():
            if given not in offered:
                found.append("contracts/%d: there is no discount %s" % (index, given))
    return found


def ids_of(tariffs: "list[Any]") -> "list[Any]":
    """Return the ids of tariffs as documents, of OCPI or of OCPP."""
    documents = [document for document in tariffs if isinstance(document, dict)]
    return [document.get("id", document.get("tariffId")) for document in documents]
