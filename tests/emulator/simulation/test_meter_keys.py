"""Holds the key of a meter that signs against the one of the settings and of its commissioning."""

import hashlib

from emulator.models.meter import Meter
from firmware.errors import ConfigError
from firmware.ledger import summary
from firmware.terminal import checking
from tests.emulator.simulation.test_bad_ports import Played
from tests.emulator.simulation.test_play import story
from tests.emulator.simulation.test_signing_sessions import CHARGE, SERIAL
from tests.portable import raises

# Minutes there, with signatures of plain Python.
CPYTHON_ONLY = (
    "test_the_commissioning_tells_the_key_and_a_key_of_the_settings_is_held_against_it",
    "test_a_meter_that_comes_to_sign_with_another_key_serves_nobody",
    "test_no_record_of_a_foreign_key_is_passed_on_as_the_meters_own",
)
MODELS = ("carlo-gavazzi-em580", "iskra-wm3m4")


def played(model, steps, tamper=lambda charger: None, **settings):
    meter = {"model": model, "serial": SERIAL, "register_wh": 123_456}
    terminal = dict(story([])["terminal"], meter_model=model, **settings)
    return Played(steps, tamper, meter=meter, terminal=terminal)


def key_of(model):
    return Meter(model, SERIAL, 0).signing.public_key()


def test_the_commissioning_tells_the_key_and_a_key_of_the_settings_is_held_against_it():
    for model in MODELS:
        key = key_of(model)
        fingerprint = hashlib.sha256(key).digest().hex()
        for known in ("", key.hex(), fingerprint.upper()):
            told = played(model, CHARGE, meter_key=known).holds()
            assert told.of("meter.commissioned")[0]["meter"]["key"] == key.hex(), model
            assert told.of("session.ended")[0]["meter_key"] == key.hex()
        told = played(model, CHARGE, meter_key="00" * 32)
        assert told.of("session.started") == told.of("meter.commissioned") == []
        fault = told.of("fault")[0]
        assert fault["fault"] == "meter"
        assert "signs with another key than is known, SHA-256 " + fingerprint in fault["what"]
        assert [record["reason"] for record in told.of("session.rejected")] == ["out_of_order"] * 2


def rekeyed(model, at_ms):
    """Return two charges on a meter whose key is another one from a moment on."""

    def tamper(charger):
        async def exchange():
            await charger.kernel.sleep_ms(at_ms)
            signing = charger.world._meter.signing
            signing._private = b"\7" * 32
            if model == "carlo-gavazzi-em580":
                signing.put(0x2600, signing.public_key())

        charger.kernel.spawn(exchange())

    return played(model, CHARGE + [(120, "plug", False)] + CHARGE, tamper)


def test_a_meter_that_comes_to_sign_with_another_key_serves_nobody():
    for model in MODELS:
        told = rekeyed(model, 150_000)
        (receipt,) = told.of("session.ended")
        assert receipt["meter_key"] == told.of("meter.commissioned")[0]["meter"]["key"] == key_of(model).hex()
        assert told.of("session.rejected") and "another key than is known" in told.of("fault")[0]["what"]


def test_no_record_of_a_foreign_key_is_passed_on_as_the_meters_own():
    for model in MODELS:
        told = rekeyed(model, 40_000)
        # It is billed by the register, and nobody begins before the record that is owed has come.
        (receipt,) = told.of("session.ended")
        assert "no_meter_record" in receipt["flags"] and "meter_record" not in receipt
        assert told.of("meter.record") == [] and told.of("session.rejected")


def test_an_exchange_takes_the_key_and_what_the_old_meter_still_had():
    known = summary.start("x")
    meter = {"serial": "1", "wh": 5, "key": "30aa"}
    told = {"kind": "meter.commissioned", "meter": meter, "at": None}
    known = summary.fold(known, 1, told, "h")
    assert known["meter_key"] == "30aa"
    known["owed"] = "KT-0001-000001/2.1"
    # The same meter's register anew keeps its key.
    told = {"kind": "meter.commissioned", "meter": {"serial": "1", "wh": 7}, "at": None}
    known = summary.fold(known, 2, told, "h")
    assert (known["meter_key"], known["owed"]) == ("30aa", "KT-0001-000001/2.1")
    told = {"kind": "meter.replaced", "before": {}, "meter": {"serial": "2", "wh": 7}, "at": None}
    known = summary.fold(known, 3, told, "h")
    assert (known["meter_key"], known["owed"]) == (None, None)
    told["meter"] = {"serial": "3", "wh": 7, "key": "30bb"}
    assert summary.fold(known, 4, told, "h")["meter_key"] == "30bb"


def test_a_key_in_the_settings_is_judged_before_the_start():
    key = key_of("iskra-wm3m4").hex()

    def settings(**told):
        lines = ['"%s": "%s"' % pair for pair in told.items()]
        return ('{"id": "KT-0001", %s}' % ", ".join(lines)).encode()

    assert checking.read(settings(meter_model="iskra-wm3m4", meter_key=key)).meter_key == key
    for model, wrong, word in (
        ("eastron-sdm630", key, "meter_key: the eastron-sdm630 signs nothing"),
        ("iskra-wm3m4", key[:-2], "meter_key: it has to be the meter's SubjectPublicKeyInfo"),
        ("iskra-wm3m4", "30", "meter_key: it has to be the meter's SubjectPublicKeyInfo"),
        ("iskra-wm3m4", "04" + key[54:], "meter_key: it has to be"),
        ("iskra-wm3m4", "zz" * 32, "meter_key: it has to be"),
    ):
        error = raises(ConfigError, checking.read, settings(meter_model=model, meter_key=wrong))
        assert [problem for problem in error.problems if problem.startswith(word)], error.problems
