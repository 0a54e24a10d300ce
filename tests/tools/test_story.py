"""What `simulate`, `bench` and the demo show of a receipt on a terminal.

It does not know how the receipt was made.
"""

import pytest

from firmware.receipts import receipt
from tests.firmware.receipts import sessions
from tools.commands import story


@pytest.mark.parametrize(("tax", "told"), [("NO", "= 3.30 EUR net"), ("YES", "= 3.93 EUR")])
def test_a_line_is_the_product_of_what_stands_before_it(tax, told):
    # 11 kWh at 0.30 are 3.30; at 0.357 they are 3.927, which is 3.93.
    bill = sessions.bill()
    if tax == "YES":
        bill["tax"] = tax
        bill["lines"][0]["unit_price"] = "0.357"
    record = receipt.build(sessions.facts(bill=bill))
    line = next(row for row in story.receipt(record).splitlines() if row.lstrip().startswith("ENERGY"))
    assert line.endswith(told)
