"""Proves that a record that does not continue the ledger is refused with its reason, and moves nothing."""

from firmware.crypto import canonical
from firmware.errors import LedgerError
from firmware.ledger import chain
from tests.firmware.ledger import pen
from tests.portable import raises

RECORDS = pen.records(3)


def new_chain():
    return chain.Chain(pen.TERMINAL, pen.FIRST_PREV, pen.verify)


def test_records_in_order_hold():
    checked = new_chain()
    for seq, compact in enumerate(RECORDS, 1):
        payload = checked.check(compact)
        assert payload["seq"] == seq and payload["kind"] == "fault"
    assert checked.next_seq == 4 and checked.prev == chain.hash(RECORDS[2])


def test_a_chain_goes_on_from_the_middle():
    middle = chain.Chain(pen.TERMINAL, pen.FIRST_PREV, pen.verify, 3, chain.hash(RECORDS[1]))
    assert middle.check(RECORDS[2])["seq"] == 3


def test_what_does_not_continue_is_refused_and_moves_nothing():
    other = pen.Pen(1, "another key's thumbprint").write()
    foreign = pen.seal({"terminal": "KT-0002", "seq": 1, "prev": pen.FIRST_PREV, "kind": "boot"})
    true_seq = pen.seal({"terminal": pen.TERMINAL, "seq": True, "prev": pen.FIRST_PREV, "kind": "boot"})
    no_seq = pen.seal({"terminal": pen.TERMINAL, "prev": pen.FIRST_PREV})
    forged = RECORDS[0][:-4] + ("AAAA" if RECORDS[0][-4:] != "AAAA" else "BBBA")
    spaced = pen.seal_bytes(b'{"seq": 1}')
    for compact, reason in (
        (RECORDS[1], "seq is 2, not 1"),
        (other, "prev is "),
        (foreign, "terminal is 'KT-0002'"),
        (true_seq, "seq is True"),
        (no_seq, "seq is None"),
        (forged, "signature"),
        (spaced, "canonical"),
        (pen.seal_bytes(b"[]"), "no object"),
        (pen.seal({"seq": 1}, typ="orders+jws"), "typ record+jws"),
        ("", "parts"),
    ):
        checked = new_chain()
        assert reason in str(raises(LedgerError, checked.check, compact)), reason
        assert checked.next_seq == 1 and checked.prev == pen.FIRST_PREV
        checked.check(RECORDS[0])


def test_a_repeated_record_is_refused():
    checked = new_chain()
    checked.check(RECORDS[0])
    assert "seq is 1, not 2" in str(raises(LedgerError, checked.check, RECORDS[0]))


def test_the_signature_is_asked_before_the_payload_is_read():
    def refuse(signing_input, signature):
        return False

    checked = chain.Chain(pen.TERMINAL, pen.FIRST_PREV, refuse)
    assert "signature" in str(raises(LedgerError, checked.check, pen.seal_bytes(b"{not json")))


def test_another_decoder_is_used_where_one_is_given():
    asked = []

    def decode(content):
        asked.append(content)
        return canonical.decode(content)

    chain.Chain(pen.TERMINAL, pen.FIRST_PREV, pen.verify, decode=decode).check(RECORDS[0])
    assert len(asked) == 1


def test_the_hash_is_sha_256_in_base64url():
    # SHA-256 of "abc" is the example of FIPS 180-2, B.1: ba7816bf … f20015ad.
    assert chain.hash("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
