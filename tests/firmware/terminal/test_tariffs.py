"""Proves that a session is never priced by a tariff that is not the one it began with."""

from emulator.models.disk import Memory
from firmware.crypto import jsontext
from firmware.errors import PricingError
from firmware.terminal.tariffs import Tariffs
from tests.emulator.simulation.test_play import TARIFF


def test_a_tariff_that_was_changed_where_it_lay_prices_nothing_and_one_that_is_given_again_does():
    storage = Memory()
    before = Tariffs(storage, [jsontext.parse(TARIFF)], 0, "EUR")
    before.keep()
    told = before.hashes()[0]
    (name,) = storage.names()
    content = storage.read(name)
    assert b"0.49" in content
    for changed in (content.replace(b"0.49", b"0.48"), content[:-1], b"\xff" + content[1:]):
        storage.replace(name, changed)
        after = Tariffs(storage, [], 0, "EUR")
        try:
            after.of(*told)
        except PricingError as error:
            assert "is damaged in storage" in error.problems[0], error.problems
        else:
            raise AssertionError("a tariff that was changed priced a session")
        Tariffs(storage, [jsontext.parse(TARIFF)], 0, "EUR").keep()
        assert after.of(*told).hash == told[1]
