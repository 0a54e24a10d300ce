"""Proves how the office's address is read."""

from firmware.errors import UplinkError
from firmware.uplink import address
from tests.portable import raises


def test_an_address_has_scheme_host_and_port():
    assert address.parse("https://office.example:8443") == ("https", "office.example", 8443)
    assert address.parse("https://office.example/") == ("https", "office.example", 443)
    assert address.parse("http://10.0.0.1") == ("http", "10.0.0.1", 80)


def test_what_is_no_address_is_refused():
    for url in (
        "",
        "office",
        "ftp://office",
        "https://",
        "https://a/b",
        "https://a:0",
        "https://a:x",
        "https://a:99999",
    ):
        raises(UplinkError, address.parse, url)


def test_the_host_header_names_a_port_that_is_not_the_usual_one():
    assert address.named("https", "office", 443) == "office"
    assert address.named("https", "office", 8443) == "office:8443"
