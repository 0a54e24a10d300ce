"""Shows that the demo offers to type only where what is typed is read.

It does not know a charger.
"""

import io

import pytest

from tools.commands.demo_driver import HELP, Driver


@pytest.mark.parametrize("can_type", [True, False])
def test_the_demo_offers_to_type_only_at_a_terminal(can_type):
    out = io.StringIO()
    Driver({"cards": {"alice": {}}}, out).welcome("http://127.0.0.1:1/", can_type)
    assert "http://127.0.0.1:1/" in out.getvalue()
    assert (HELP in out.getvalue()) == can_type
    assert ("use the page" in out.getvalue()) != can_type
