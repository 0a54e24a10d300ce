"""OCMF records: the very bytes, and the demands of the specification and of both public verifiers.

It does not know the verifiers' programs; the payload below follows the specification's example of a record.
"""

import hashlib

from firmware.crypto import jsontext, p256
from firmware.errors import ReceiptError
from firmware.receipts import ocmf
from tests.firmware.receipts.sessions import BERLIN, START_S, facts
from tests.portable import raises

PRIVATE = (2).to_bytes(32, "big")


def readings(**changes):
    """Return both readings of a session with some facts changed."""
    return jsontext.parse(ocmf.payload(facts(**changes)))["RD"]


def moment(utc_s, clock, wh):
    return {"utc_s": utc_s, "clock": clock, "wh": wh}


def test_the_payload_is_these_bytes():
    assert ocmf.payload(facts()) == (
        '{"FV":"1.0","GI":"Kilotap","GS":"KT-0001","GV":"0.1.0","PG":"T7",'
        '"MV":"Eastron","MM":"SDM630","MS":"21110042",'
        '"IS":true,"IL":"HEARSAY","IF":["RFID_PLAIN"],"IT":"ISO14443","ID":"04A1B2C3D4E580","RD":['
        '{"TM":"2026-03-28T17:59:00,000+0100 S","TX":"B","RV":123.456,"RI":"01-00:B0.08.00*FF","RU":"kWh",'
        '"RT":"AC","ST":"G"},'
        '{"TM":"2026-03-28T18:59:00,000+0100 S","TX":"E","RV":134.456,"RI":"01-00:B0.08.00*FF","RU":"kWh",'
        '"RT":"AC","ST":"G"}]}'
    )


def test_a_charge_point_is_named_where_it_is_known():
    payload = ocmf.payload(facts(evse_id="DE*KTP*E00001"))
    assert '"ID":"04A1B2C3D4E580","CT":"EVSEID","CI":"DE*KTP*E00001","RD":[' in payload


def test_a_tariff_text_makes_it_a_record_of_the_version_that_has_one():
    payload = ocmf.payload(facts(tariff_text="001;EUR;0;58.31;0;0", evse_id="DE*KTP*E00001"))
    assert payload.startswith('{"FV":"1.1",')
    assert '"ID":"04A1B2C3D4E580","TT":"001;EUR;0;58.31;0;0","CT":"EVSEID"' in payload
    assert "250" in str(raises(ReceiptError, ocmf.payload, facts(tariff_text="x" * 251)))


def test_identification_follows_the_strength_of_the_card():
    card = {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "SECURE"}
    assert '"IL":"SECURE","IF":["RFID_PSK"],"IT":"ISO14443","ID":"04A1' in ocmf.payload(facts(token=card))


def test_a_card_with_a_certificate_is_known_by_the_name_in_it():
    for kind, told in (("EMAID", "EMAID"), ("EVCOID", "EVCOID"), ("OTHER", "CENTRAL")):
        card = {"type": kind, "uid": "DE-KTP-C00001-K", "level": "SECURE"}
        expected = '"IL":"SECURE","IF":["RFID_RELATED"],"IT":"%s","ID":"DE-KTP-C00001-K"' % told
        assert expected in ocmf.payload(facts(token=card))


def test_a_bank_card_is_known_by_its_transaction_and_never_by_its_number():
    card = {"type": "EMV", "transaction": "KT-0001-42", "uid": "476173******0119", "level": "SECURE"}
    payload = ocmf.payload(facts(token=card))
    assert '"IL":"SECURE","IT":"CARD_TXN_NR","ID":"KT-0001-42"' in payload
    assert "476173" not in payload


def test_a_record_is_ascii_whatever_its_texts_say():
    meter = {"vendor": "M\u00fcller \u2013 \U0001f50c", "model": "M", "serial": "1"}
    payload = ocmf.payload(facts(meter=meter))
    assert '"MV":"M\\u00fcller \\u2013 \\ud83d\\udd0c"' in payload
    assert jsontext.parse(payload)["MV"] == meter["vendor"]


def test_after_a_power_cut_the_end_is_read_anew_and_says_why_it_ended():
    begin, end = readings(reason="power_loss", stop=moment(None, "unset", 134456))
    assert (end["TX"], end["ST"], "EF" in end, end["TM"][-1]) == ("P", "G", False, "I")


def test_registers_keep_three_decimals():
    for wh, written in (
        (0, "0.000"),
        (5, "0.005"),
        (120, "0.120"),
        (1000, "1.000"),
        (99999999990, "99999999.990"),
    ):
        stop = moment(START_S + 60, "synchronised", wh)
        payload = ocmf.payload(facts(start=moment(START_S, "synchronised", 0), stop=stop))
        assert '"TX":"E","RV":%s,"RI"' % written in payload


def test_a_reading_has_no_more_digits_than_the_meter():
    for step_wh, stop_wh, written in (
        (10, 134450, "134.45"),
        (100, 134400, "134.4"),
        (1000, 134000, "134.0"),
        (2, 134456, "134.456"),
        (16, 134464, "134.464"),
        # A register that is no multiple of its step keeps its digits.
        (10, 134456, "134.456"),
    ):
        meter = {"model": "abb-b23", "serial": "1", "resolution_wh": step_wh}
        stop = moment(START_S + 60, "synchronised", stop_wh)
        payload = ocmf.payload(facts(meter=meter, stop=stop))
        assert '"TX":"E","RV":%s,"RI"' % written in payload, written


def test_the_end_says_why():
    ends = (("card", "E"), ("unplugged", "E"), ("limit", "E"), ("power_loss", "P"), ("meter_fault", "A"))
    for reason, code in ends + (("contactor_fault", "A"),):
        begin, end = readings(reason=reason)
        assert (begin["TX"], end["TX"]) == ("B", code)


def test_the_state_of_the_clock_is_told():
    for clock, state in (("synchronised", "S"), ("estimated", "I"), ("unset", "U")):
        begin = readings(start=moment(START_S, clock, 123456))[0]
        assert begin["TM"] == "2026-03-28T17:59:00,000+0100 " + state


def test_a_moment_that_is_not_known_is_reckoned_from_the_other():
    begin, end = readings(start=moment(None, "unset", 123456))
    assert (begin["TM"], end["TM"]) == ("2026-03-28T17:59:00,000+0100 I", "2026-03-28T18:59:00,000+0100 S")
    begin, end = readings(stop=moment(None, "unset", 134456))
    assert (begin["TM"], end["TM"]) == ("2026-03-28T17:59:00,000+0100 S", "2026-03-28T18:59:00,000+0100 I")
    begin, end = readings(start=moment(None, "unset", 1), stop=moment(None, "unset", 2))
    assert (begin["TM"], end["TM"]) == ("2026-01-01T01:00:00,000+0100 U", "2026-01-01T02:00:00,000+0100 U")


def test_the_end_never_lies_before_the_begin():
    # The clock was put right by two hours in mid-session: the later setting is believed.
    begin, end = readings(stop=moment(START_S - 7200, "synchronised", 134456))
    assert (begin["TM"], end["TM"]) == ("2026-03-28T14:59:00,000+0100 I", "2026-03-28T15:59:00,000+0100 S")


def test_a_register_that_was_read_before_the_end_has_the_time_at_which_it_was_read():
    # The meter fell silent 50 s before the session ended, and shows by then whatever it shows.
    stop = moment(START_S + 3600, "synchronised", 134456)
    stop["from_s"] = START_S + 3550
    begin, end = readings(stop=stop, duration_ms=3550000, reason="meter_fault")
    assert (end["TM"], end["TX"], end["ST"]) == ("2026-03-28T18:58:10,000+0100 S", "A", "G")
    # A clock that was lost with the power had been right when the register was read; nobody kept how right.
    stop["utc_s"], stop["clock"] = None, "unset"
    begin, end = readings(stop=stop, duration_ms=3550000, reason="power_loss")
    assert (end["TM"], end["TX"]) == ("2026-03-28T18:58:10,000+0100 I", "P")
    # One that was set since did not know when that was.
    begin, end = readings(
        start=moment(None, "unset", 123456),
        stop={"utc_s": START_S + 3600, "clock": "synchronised", "wh": 134456, "from_s": None},
    )
    assert (begin["TM"][-1], end["TM"]) == ("I", "2026-03-28T18:59:00,000+0100 S")


def test_a_register_that_was_read_while_the_clock_was_wrong_has_the_time_that_was_measured():
    # 200 s were measured, then the power went, and came back to a clock that was right after 2,700 s.
    for start_s, from_s, stop_s, begin_s, end_s in (
        # Behind by a day, by a minute, ahead of the end by a second.
        (0, 200 - 86400, 2700, 0, 200),
        (0, 140, 2700, 0, 200),
        (0, 2701, 2700, 0, 200),
        # What a clock that is kept right may be off by is left; never more than the end.
        (0, 198, 2700, 0, 198),
        (0, 201, 199, 0, 199),
        # No clock told one of the ends.
        (0, 140, None, 0, 200),
        (None, 2701, 2700, 2500, 2700),
    ):
        clocks = ["unset" if moment_s is None else "synchronised" for moment_s in (start_s, stop_s)]
        start = moment(start_s if start_s is None else START_S + start_s, clocks[0], 123456)
        stop = moment(stop_s if stop_s is None else START_S + stop_s, clocks[1], 134456)
        stop["from_s"] = START_S + from_s
        told = readings(start=start, stop=stop, duration_ms=200000, flags=("last_good_reading",))
        texts = [BERLIN.format_local(START_S + at_s)[:19] + ",000+0100" for at_s in (begin_s, end_s)]
        is_kept = from_s == end_s
        assert [one["TM"][:-2] for one in told] == texts, (from_s, stop_s)
        assert told[1]["TM"][-1] == ("S" if is_kept else "I"), (from_s, stop_s)


def test_where_the_receipt_says_that_the_clock_was_set_the_moment_is_the_one_that_it_told():
    # Set back by an hour before the end: begin and reading are of one clock.
    stop = moment(START_S - 3000, "synchronised", 134456)
    stop["from_s"] = START_S + 200
    begin, end = readings(stop=stop, duration_ms=200000, flags=("last_good_reading",))
    assert (begin["TM"], end["TM"]) == ("2026-03-28T17:59:00,000+0100 S", "2026-03-28T18:02:20,000+0100 S")


def test_the_change_of_clocks_shows_in_the_offset():
    stop = moment(START_S + 86400, "synchronised", 134456)
    assert readings(stop=stop, duration_ms=86400000)[1]["TM"] == "2026-03-29T18:59:00,000+0200 S"


def test_no_text_can_cut_a_record_into_other_sections():
    meter = {"vendor": "a|b", "model": "{c}", "serial": '"\\'}
    payload = ocmf.payload(facts(meter=meter))
    for character in "|{}":
        assert payload.count(character) == ocmf.payload(facts()).count(character)
    parsed = jsontext.parse(payload)
    assert (parsed["MV"], parsed["MM"], parsed["MS"]) == ("a|b", "{c}", '"\\')


def test_a_meter_without_a_serial_number_needs_the_gateways():
    meter = {"model": "SDM120", "serial": ""}
    assert '"PG":"T7","MM":"SDM120","IS":true' in ocmf.payload(facts(meter=meter))
    assert "gateway" in str(raises(ReceiptError, ocmf.payload, facts(meter=meter, gateway=None)))


def test_what_ocmf_cannot_say_is_refused():
    card = {"type": "EMV", "uid": "", "level": "SECURE"}
    assert "EMV" in str(raises(ReceiptError, ocmf.payload, facts(token=card)))
    assert "from 1" in str(raises(ReceiptError, ocmf.payload, facts(number=0)))


def test_a_record_comes_apart_as_it_was_put_together():
    payload = ocmf.payload(facts())
    signature = p256.sign(PRIVATE, hashlib.sha256(payload.encode()).digest())
    record = ocmf.assemble(payload, signature)
    signed, content, section = ocmf.parse(record)
    assert signed == payload
    assert content == jsontext.parse(payload)
    assert (section["SA"], section["SE"]) == ("ECDSA-secp256r1-SHA256", "hex")
    der = bytes.fromhex(section["SD"])
    # An ASN.1 SEQUENCE of two INTEGERs.
    assert der[0] == 0x30 and der[1] == len(der) - 2 and der[2] == 0x02


def test_what_is_no_record_is_refused():
    reading = '{"PG":"T1","RD":[{"RV":1.5}]}'
    signature = '{"SD":"00"}'
    assert ocmf.parse("OCMF|%s|%s" % (reading, signature))[2] == {"SD": "00"}
    for record in (
        "", "OCMF", "OCMF|{}", "ocmf|%s|%s" % (reading, signature), "OCMF|%s|%s|" % (reading, signature),
        "OCMF|%s|{}" % reading, 'OCMF|%s|{"SD":7}' % reading, "OCMF|%s|[]" % reading,
        "OCMF|[]|%s" % signature, "OCMF|{|%s" % signature, "OCMF|%s |x" % reading,
        'OCMF|{"RD":[{}]}|%s' % signature,
        'OCMF|{"PG":"X1","RD":[{}]}|%s' % signature, 'OCMF|{"PG":"T1"}|%s' % signature,
        'OCMF|{"PG":"T1","RD":[]}|%s' % signature, 'OCMF|{"PG":"T1","RD":[7]}|%s' % signature,
        'OCMF|{"PG":"T1","RD":[{"RV":"1"}]}|%s' % signature,
    ):  # fmt: skip
        raises(ReceiptError, ocmf.parse, record)
