"""Proves that a ledger is followed from key to key, and that nobody takes it over without both keys.

It does not know where keys are kept; tests/firmware/terminal/test_rotation.py changes a terminal's.
"""

from emulator.models.disk import Memory
from firmware.crypto import jose
from firmware.errors import LedgerError
from firmware.ledger import chain, segment, summary
from firmware.ledger.audit import check_ledger
from tests.firmware.ledger import rotating
from tests.portable import raises


def new_chain(pen=None, is_following=True):
    verify = rotating.verifier(rotating.public(1))
    verifier = rotating.verifier if is_following else None
    checked = chain.Chain(rotating.TERMINAL, rotating.thumbprint(1), verify, verifier=verifier)
    if pen:
        checked.check(pen.write("boot"))
    return checked


def audited(*compacts):
    memory = Memory()
    memory.append(segment.name(1), b"".join(segment.encode_line(compact) for compact in compacts))
    verify = rotating.verifier(rotating.public(1))
    return check_ledger(memory, verify, rotating.TERMINAL, rotating.thumbprint(1), rotating.verifier)


def test_the_chain_follows_two_changes_of_key():
    pen = rotating.Pen()
    checked = new_chain(pen)
    for compact in (pen.rotate(2), pen.write(), pen.rotate(3)):
        checked.check(compact)
    assert (checked.key, checked.public) == (rotating.thumbprint(3), rotating.public(3))
    checked.check(pen.write())
    assert checked.next_seq == 6


def test_after_the_change_the_old_key_signs_no_record():
    pen = rotating.Pen()
    checked = new_chain(pen)
    checked.check(pen.rotate(2))
    assert "signature" in str(raises(LedgerError, checked.check, pen.write(number=1)))


def test_a_record_that_names_another_key_than_its_own_is_refused():
    pen = rotating.Pen()
    refusal = raises(LedgerError, new_chain().check, pen.write(kid=rotating.thumbprint(2)))
    assert "names the key %s" % rotating.thumbprint(2)[:8] in str(refusal)


def test_a_forged_change_is_refused_with_its_reason_and_moves_nothing():
    pen = rotating.Pen()
    other = rotating.thumbprint(3)
    true = pen.announcement(2, seq=2)
    for members, reason in (
        # The new key did not sign: somebody announces a key that is another's.
        (pen.announcement(2, seq=2, proved_by=3), "did not sign"),
        # A proof of another time, of another terminal, and after another key, each signed by the new one.
        (pen.announcement(2, seq=3), "not that of the new key for this record"),
        (pen.announcement(2, seq=2, terminal="KT-0002"), "not that of the new key for this record"),
        (pen.announcement(2, seq=2, replaces=other), "not that of the new key for this record"),
        (_with(true, "replaces", other), "does not replace"),
        (pen.announcement(1, seq=2), "does not replace"),
        (_with(true, "proof", None), "not that of the new key"),
        (_with(true, "proof", true["proof"] + "A"), "cannot be followed"),
        (_with(true, "proof", true["proof"][:-4]), "cannot be followed"),
        (_with(true, "key", None), "cannot be followed"),
        (_with(true, "key", _with(true["key"], "d", "AAAA")), "private key"),
        (_with(true, "key", _with(true["key"], "x", true["key"]["y"])), "no point of P-256"),
    ):
        trial = rotating.Pen()
        checked = new_chain(trial)
        compact = trial.write(chain.KEY_ROTATED, **members)
        assert reason in str(raises(LedgerError, checked.check, compact)), reason
        assert (checked.next_seq, checked.key) == (2, rotating.thumbprint(1))


def _with(document, member, value):
    changed = dict(document)
    changed[member] = value
    return changed


def test_a_change_that_the_old_key_did_not_sign_is_no_change():
    pen = rotating.Pen()
    checked = new_chain(pen)
    stolen = pen.write(chain.KEY_ROTATED, number=2, **pen.announcement(2, seq=2))
    assert "signature" in str(raises(LedgerError, checked.check, stolen))


def test_who_cannot_follow_says_so():
    pen = rotating.Pen()
    checked = new_chain(pen, is_following=False)
    assert "nothing here can follow it" in str(raises(LedgerError, checked.check, pen.rotate(2)))


def test_an_audit_follows_the_trail_and_names_what_breaks_it():
    pen = rotating.Pen()
    records = [pen.write("boot"), pen.rotate(2), pen.write()]
    assert audited(*records) == {"holds": True, "records": 3, "problems": []}
    # Without the announcement the record after it is a stranger's.
    told = [problem["what"] for problem in audited(records[0], records[2])["problems"]]
    assert told[0].startswith("a record whose signature does not hold; it names the key")
    forged = rotating.Pen()
    first = forged.write("boot")
    announced = forged.write(chain.KEY_ROTATED, **forged.announcement(2, proved_by=3))
    told = [(problem["seq"], problem["what"]) for problem in audited(first, announced)["problems"]]
    assert told == [(2, "a change of keys that the new key did not sign: whoever announced it has it not")]


def test_an_audit_names_signed_records_that_lack_their_number():
    for members in (
        {"kind": chain.KEY_ROTATED},
        {"kind": "ledger.damaged", "first_seq": 1},
        {"kind": "fault"},
    ):
        pen = rotating.Pen()
        first = pen.write("boot")
        payload = {"at": None, "clock": "unset", "prev": pen.prev, "terminal": rotating.TERMINAL}
        payload.update(members)
        if members["kind"] == chain.KEY_ROTATED:
            payload.update(pen.announcement(2))
        found = audited(first, pen.sealed(payload))
        assert not found["holds"]
        assert "a record without a sequence number" in found["problems"][0]["what"], members


def test_a_summary_knows_whose_key_signs_next():
    pen = rotating.Pen()
    known = summary.start(rotating.thumbprint(1))
    for seq, compact in enumerate((pen.write("boot"), pen.rotate(2)), 1):
        known = summary.fold(known, seq, chain.payload_of(compact, None), chain.hash(compact))
    assert known["key"] == rotating.thumbprint(2)


def test_a_proof_is_a_jws_of_its_own_type_that_passes_for_no_record():
    pen = rotating.Pen()
    proof = pen.announcement(2)["proof"]
    assert "typ record+jws" in str(raises(LedgerError, chain.payload_of, proof, None))
    payload, content, signature = jose.split(proof, "key-proof+jws")
    assert rotating.verifier(rotating.public(2))(content, signature)
    told = b'{"replaces":"%s","seq":1,"terminal":"KT-0001"}' % rotating.thumbprint(1).encode()
    assert payload == told
