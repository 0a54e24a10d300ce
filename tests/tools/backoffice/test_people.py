"""Who gets in: passwords, and links that work once. It knows no terminal."""

import pytest

from tests.portable import raises
from tools.backoffice.errors import OfficeError

PASSWORD = "correct horse battery"


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


def test_another_host_name_is_not_answered(office):
    assert office.client.get("/login", secure=True, headers={"host": "evil.example"}).status_code == 400
