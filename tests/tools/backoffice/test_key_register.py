"""How the office follows a terminal from key to key, by its own records alone. It knows no socket."""

import pytest

from tests.tools.backoffice.terminals import Terminal, canonical


def register(office, terminal):
    keys = office.models.TerminalKey.objects.filter(terminal_id=terminal.identity)
    return [(key.thumbprint, key.from_seq, key.to_seq) for key in keys]


def test_a_terminal_that_enrols_is_in_the_register_with_its_first_key(office):
    terminal = office.enrolled()
    assert register(office, terminal) == [(terminal.thumbprint, 1, None)]


def test_a_change_of_keys_is_followed_within_one_upload_and_shown_in_the_register(office):
    terminal = office.enrolled()
    first = terminal.thumbprint
    lines = [*terminal.records(2), terminal.rotate(11), *terminal.records(2)]
    assert office.upload(terminal, lines) == (200, {"next_seq": 6})
    assert register(office, terminal) == [(first, 1, 3), (terminal.thumbprint, 4, None)]
    assert office.state(terminal).thumbprint == terminal.thumbprint
    # And once more in the next.
    second = terminal.thumbprint
    assert office.upload(terminal, [terminal.rotate(12)]) == (200, {"next_seq": 7})
    assert register(office, terminal)[1:] == [(second, 4, 6), (terminal.thumbprint, 7, None)]
    assert office.upload(terminal, terminal.records(1)) == (200, {"next_seq": 8})


def test_records_under_an_older_key_that_come_again_are_no_error(office):
    terminal = office.enrolled()
    lines = [*terminal.records(2), terminal.rotate(11), *terminal.records(1)]
    office.upload(terminal, lines)
    assert office.upload(terminal, lines) == (200, {"next_seq": 5})
    more = terminal.records(1)
    assert office.upload(terminal, [*lines[1:], *more]) == (200, {"next_seq": 6})
    assert office.stored(terminal) == [*lines, *more]


def test_a_gap_after_a_change_of_keys_is_answered_with_the_record_that_is_missing(office):
    terminal = office.enrolled()
    lines = [terminal.rotate(11), *terminal.records(3)]
    office.upload(terminal, lines[:2])
    assert office.upload(terminal, lines[3:])[0] == 409


def test_a_record_of_the_old_key_after_the_change_is_refused(office):
    terminal, old = office.enrolled(), Terminal("KT-0001")
    office.upload(terminal, [terminal.rotate(11)])
    old.seq, old.prev = terminal.seq, terminal.prev
    status, answer = office.upload(terminal, old.records(1))
    assert (status, answer["next_seq"]) == (422, 2)
    assert "signature" in answer["reason"]


def test_a_history_that_the_old_key_tells_anew_raises_an_alert(office):
    terminal, thief = office.enrolled(), Terminal("KT-0001")
    office.upload(terminal, [*terminal.records(1), terminal.rotate(11)])
    status, answer = office.upload(terminal, [thief.record("fault", fault="welded", what="never")])
    assert (status, "signed twice" in answer["reason"]) == (422, True)
    assert office.models.Alert.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"proof": Terminal(scalar=12).sign(canonical({}))}, "not that of the new key"),
        ({"proof": ""}, "not that of the new key"),
        ({"key": Terminal(scalar=12).jwk}, "not that of the new key"),
        ({"replaces": Terminal(scalar=12).thumbprint}, "does not replace"),
        ({"key": {"kty": "EC"}}, "cannot be followed"),
    ],
)
def test_a_forged_change_of_keys_is_refused_and_the_register_stays(office, changes, reason):
    terminal = office.enrolled()
    before = register(office, terminal)
    lines = [*terminal.records(1), terminal.rotate(11, **changes)]
    status, answer = office.upload(terminal, lines)
    assert (status, answer["line"], answer["next_seq"]) == (422, 2, 2)
    assert reason in answer["reason"]
    assert register(office, terminal) == before
    assert office.stored(terminal) == lines[:1]


def test_a_change_that_another_key_signed_is_refused(office):
    terminal, thief = office.enrolled(), Terminal("KT-0001", 13)
    thief.prev = terminal.prev
    assert office.upload(terminal, [thief.rotate(14)])[0] == 422


def test_a_key_that_was_anybodys_before_is_no_new_key(office):
    other = office.enrolled("KT-0002", scalar=20)
    office.upload(other, [other.rotate(21)])
    terminal = office.enrolled()
    for scalar in (20, 21):
        trial = Terminal("KT-0001")
        status, answer = office.upload(terminal, [trial.rotate(scalar)])
        assert (status, "in use or was before" in answer["reason"]) == (422, True)
    first = terminal.rotate(11)
    status, answer = office.upload(terminal, [first, terminal.rotate(12), terminal.rotate(11)])
    assert (status, answer["line"], "was before" in answer["reason"]) == (422, 3, True)


def test_an_old_key_enrols_no_other_terminal(office):
    from tools.backoffice.records import enrolment

    terminal = office.enrolled()
    old = terminal.jwk
    office.upload(terminal, [terminal.rotate(11)])
    with pytest.raises(enrolment.Refused, match="another terminal"):
        enrolment.enrol("KT-0003", enrolment.invite("KT-0003"), old)


def test_the_terminals_page_shows_its_keys_and_the_register_is_given_out(office):
    from tools.backoffice.records.export import register as exported

    terminal = office.enrolled()
    first = terminal.thumbprint
    office.upload(terminal, [*terminal.records(1), terminal.rotate(11)])
    office.log_in()
    page = office.get("/terminals/KT-0001").content.decode()
    assert first in page and terminal.thumbprint in page
    assert "1 to 2" in page and "3 and later" in page and "/records/KT-0001/2" in page
    told = exported("KT-0001")
    assert [(key["kid"], key["from_seq"], key["to_seq"]) for key in told["keys"]] == [
        (first, 1, 2),
        (terminal.thumbprint, 3, None),
    ]
    assert len(told["trail"]) == 1
    assert office.get("/terminals/KT-0009").status_code == 404
    office.client.logout()
    assert office.get("/terminals/KT-0001").status_code == 302


def test_terminals_that_were_enrolled_before_there_was_a_register_get_their_first_key_in_it(office):
    import importlib

    from django.apps import apps

    terminal = office.enrolled()
    office.models.Terminal.objects.create(pk="KT-0002")
    office.models.TerminalKey.objects.all().delete()
    importlib.import_module("tools.backoffice.records.migrations.0002_terminal_key").register_first_keys(
        apps, None
    )
    assert register(office, terminal) == [(terminal.thumbprint, 1, None)]
    assert office.models.TerminalKey.objects.count() == 1
