"""Who gets in: passwords, and links that work once. It knows no terminal."""

import datetime

import pytest

from tests.portable import raises
from tools.backoffice.errors import OfficeError

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_passwords(place):
    """Hash passwords fast: how slowly guesses are answered is not what these tests are about."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def make(name="alice", password=PASSWORD):
    from tools.backoffice.people.users import set_user

    return set_user(name, password)


def link(name="alice"):
    from tools.backoffice.people.links import make_link

    return f"/login/{make_link(name)}"


def test_a_password_opens_the_pages_and_logging_out_closes_them(office):
    make()
    response = office.client.post("/login", {"username": "alice", "password": PASSWORD}, secure=True)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert office.get("/").status_code == 200
    office.client.post("/logout", secure=True)
    assert office.get("/").status_code == 302


def test_a_wrong_password_opens_nothing(office):
    make()
    response = office.client.post("/login", {"username": "alice", "password": "wrong"}, secure=True)
    assert response.status_code == 200 and b"do not belong together" in response.content
    assert office.get("/").status_code == 302


def guess(office, name="alice", password="wrong", address="192.0.2.1"):
    """Try a password and return the answer."""
    told = {"username": name, "password": password}
    return office.client.post("/login", told, secure=True, REMOTE_ADDR=address)


def later(monkeypatch, minutes):
    """Let time pass for who counts tries."""
    from django.utils import timezone

    now = timezone.now() + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr("tools.backoffice.people.throttle.timezone.now", lambda: now)


def test_who_guesses_a_password_is_told_to_wait_and_even_the_right_one_opens_nothing_then(office):
    make()
    for address in range(10):
        assert guess(office, address=f"192.0.2.{address}").status_code == 200
    response = guess(office, password=PASSWORD, address="192.0.2.99")
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert b"Too many failed logins. Try again in 15 minutes" in response.content
    assert b"do not belong together" not in response.content
    assert office.get("/").status_code == 302
    # Nobody is shut out by others: a link still opens.
    assert office.get(link())["Location"] == "/"


def test_after_the_wait_the_password_opens_again(office, monkeypatch):
    make()
    for _ in range(10):
        guess(office)
    later(monkeypatch, 14)
    response = guess(office, password=PASSWORD)
    assert response.status_code == 429 and b"Try again in 1 minute," in response.content
    later(monkeypatch, 15.1)
    assert guess(office, password=PASSWORD).status_code == 302


def test_who_waits_by_knocking_waits_no_longer(office, monkeypatch):
    make()
    for _ in range(10):
        guess(office)
    later(monkeypatch, 8)
    for _ in range(20):
        assert guess(office).status_code == 429
    later(monkeypatch, 15.1)
    assert guess(office, password=PASSWORD).status_code == 302


def test_a_password_that_was_mistyped_nine_times_starts_anew_after_the_right_one(office):
    make()
    for _ in range(3):
        for _ in range(9):
            assert guess(office).status_code == 200
        assert guess(office, password=PASSWORD).status_code == 302


def test_one_address_that_tries_many_names_is_told_to_wait_and_others_are_not(office):
    make()
    for number in range(50):
        assert guess(office, name=f"name{number}", address="2001:db8::1").status_code == 200
    # The same subscriber with another address of the 2**64 that are theirs.
    assert guess(office, password=PASSWORD, address="2001:db8::2").status_code == 429
    assert guess(office, password=PASSWORD, address="2001:db8:0:1::2").status_code == 302


def test_what_was_typed_as_a_name_is_kept_nowhere(office):
    from tools.backoffice.people.models import LoginTry

    guess(office, name="correct horse battery")
    (kept,) = LoginTry.objects.values_list("name_mark", "address_mark")
    assert "horse" not in "".join(kept) and "192.0.2.1" not in "".join(kept)


def test_a_new_password_replaces_the_old_one(office):
    assert make() is True
    assert make(password="another horse battery") is False
    assert not office.client.login(username="alice", password=PASSWORD)
    assert office.client.login(username="alice", password="another horse battery")


@pytest.mark.parametrize(
    ("name", "password"), [("alice", "short"), ("alice", "password1234"), ("a b", PASSWORD)]
)
def test_weak_passwords_and_odd_names_are_refused(office, name, password):
    assert str(raises(OfficeError, make, name, password))


def test_a_login_link_works_once(office):
    make()
    path = link()
    assert office.get(path)["Location"] == "/"
    assert office.get("/").status_code == 200
    office.client.post("/logout", secure=True)
    response = office.get(path)
    assert response.status_code == 403 and b"This link is over" in response.content
    assert office.get("/").status_code == 302


def test_looking_at_a_link_without_opening_it_does_not_use_it_up(office):
    make()
    path = link()
    assert office.client.head(path, secure=True).status_code == 405
    assert office.get(path).status_code == 302


def test_a_login_link_ends_after_ten_minutes(office, monkeypatch):
    import time

    make()
    path = link()
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 601)
    assert office.get(path).status_code == 403


def test_a_changed_link_opens_nothing(office):
    make()
    path = link()
    assert office.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 403


def test_a_link_for_nobody_cannot_be_made(office):
    assert "kilotap office user bob" in str(raises(OfficeError, link, "bob"))


def test_cookies_are_for_tls_and_for_this_host_alone(office):
    make()
    office.client.post("/login", {"username": "alice", "password": PASSWORD}, secure=True)
    cookie = office.client.cookies["__Host-session"]
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["path"] == "/" and not cookie["domain"]


def test_a_form_from_elsewhere_is_refused(office):
    from django.test import Client

    make()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/login", {"username": "alice", "password": PASSWORD}, secure=True)
    assert response.status_code == 403


def test_the_tables_are_those_of_the_models(office):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", "people", "records", verbosity=0)


def test_another_host_name_is_not_answered(office):
    assert office.client.get("/login", secure=True, headers={"host": "evil.example"}).status_code == 400
