"""The simulation's office hears of keys before their turn, as the real one does, where records are lost."""

import json

from emulator.models.office import Office
from firmware.crypto import canonical
from firmware.ledger import chain, damage
from tests.firmware.ledger import rotating

HEAD = b"POST /api/terminals/KT-0001/records HTTP/1.1\r\n\r\n"


def ledger(**announcement):
    """Return records 1 to 5: the second is lost, the third changes the key, the fifth names the lost one."""
    pen = rotating.Pen()
    first, lost = pen.write("boot"), pen.write("boot")
    change = pen.write(chain.KEY_ROTATED, **pen.announcement(2, **announcement))
    pen.number = 2
    after = pen.write("boot")
    named = pen.write(damage.KIND, **damage.members(2, 2, chain.hash(lost)))
    return first, lost, change, after, named


def office(first):
    """Return an office that has the first record."""
    made = Office(
        rotating.TERMINAL,
        rotating.thumbprint(1),
        rotating.verifier(rotating.public(1)),
        lambda content: canonical.decode(bytes(content)),
        verifier=rotating.verifier,
    )
    assert asked(made, first) == (200, 2)
    return made


def asked(made, *records):
    """Upload records; return status and the number that the office expects next."""
    body = b"".join(record.encode() + b"\n" for record in records)
    head, _, told = made.answer(HEAD, body).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(told)["next_seq"]


def test_what_names_lost_records_under_a_key_to_come_counts_behind_its_announcement():
    first, _lost, change, after, named = ledger()
    made = office(first)
    assert asked(made, change, named, change, after, named) == (200, 6)
    assert (made.skipped, made.public_key()) == (1, rotating.public(2))


def test_without_the_announcement_it_is_a_strangers():
    first, _lost, change, after, named = ledger()
    made = office(first)
    assert asked(made, named, change, after, named) == (422, 2)
    assert (made.skipped, made.public_key()) == (0, None)


def test_a_key_to_come_changes_no_book_before_its_turn():
    first, lost, change, after, named = ledger()
    made = office(first)
    for early in ((change,), (change, after), (change, named)):
        status, next_seq = asked(made, *early)
        assert (status in (409, 422), next_seq) == (True, 2), early
    assert (made.skipped, made.public_key()) == (0, None)
    # Nor does one that was heard stay for the next request.
    assert asked(made, lost, after) == (422, 3)


def test_an_announcement_that_the_new_key_did_not_prove_leads_to_none():
    first, _lost, change, after, named = ledger(proved_by=3)
    made = office(first)
    assert asked(made, change, named, change, after, named) == (409, 2)
