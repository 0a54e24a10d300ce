"""The private authority: made once, never silently replaced, its server certificate renewed.

It knows no server.
"""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from tests.portable import raises
from tools.backoffice import authority as module
from tools.backoffice.authority import Authority
from tools.backoffice.errors import OfficeError
from tools.backoffice.place import Place


@pytest.fixture
def authority(tmp_path):
    made = Authority(Place(tmp_path))
    made.provide(["localhost", "127.0.0.1"])
    return made


def names(authority):
    certificate = x509.load_pem_x509_certificate(authority.server.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def test_a_certificate_that_fits_is_kept(authority):
    before = authority.server.read_bytes()
    authority.provide(["127.0.0.1"])
    assert authority.server.read_bytes() == before


def test_a_new_name_gets_a_new_certificate_of_the_same_authority(authority):
    ca = authority.ca.read_bytes()
    authority.provide(["localhost", "office.example", "::1"])
    assert names(authority) == {"localhost", "office.example", "::1"}
    assert authority.ca.read_bytes() == ca
    x509.load_pem_x509_certificate(authority.server.read_bytes()).verify_directly_issued_by(
        x509.load_pem_x509_certificate(ca)
    )


def test_a_certificate_near_its_end_is_renewed(tmp_path, monkeypatch):
    made = Authority(Place(tmp_path))
    monkeypatch.setattr(module, "SERVER_LIFE", module.RENEW_BEFORE - timedelta(days=1))
    made.provide(["localhost"])
    before = made.server.read_bytes()
    monkeypatch.undo()
    made.provide(["localhost"])
    assert made.server.read_bytes() != before


def test_an_authority_without_its_key_is_not_replaced_silently(authority):
    ca = authority.ca.read_bytes()
    authority.ca_key.unlink()
    problem = raises(OfficeError, authority.provide, ["other.example"])
    assert "give the new ca.pem to every terminal" in str(problem)
    assert authority.ca.read_bytes() == ca


def test_the_authority_can_sign_certificates_and_nothing_below_it_can(authority):
    ca = x509.load_pem_x509_certificate(authority.ca.read_bytes())
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        True, 0
    )
    server = x509.load_pem_x509_certificate(authority.server.read_bytes())
    assert server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert ca.not_valid_before_utc < datetime(2021, 1, 1, tzinfo=UTC)
    assert ca.not_valid_after_utc > datetime(2060, 1, 1, tzinfo=UTC)
