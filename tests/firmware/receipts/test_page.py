"""Names the page of a receipt by its signature, and by nothing that another record tells.

It does not know the office.
"""

import hashlib

from firmware.crypto import jose
from firmware.receipts import page

SIGNATURE = bytes(range(64))


def test_the_name_follows_from_the_signature_alone_and_cannot_be_guessed():
    name = page.token(SIGNATURE)
    digest = hashlib.sha256(b"kilotap receipt page\n" + SIGNATURE).digest()
    assert name == jose.b64url(digest)[:22] and len(name) == 22
    assert page.token(SIGNATURE[1:] + b"\0") != name
    # Neither the short code nor the hash of what was signed is a part of it.
    assert name not in jose.b64url(hashlib.sha256(SIGNATURE).digest())


def test_the_name_stands_where_the_configuration_wants_it():
    name = page.token(SIGNATURE)
    assert page.address("https://office.example/r/{token}", SIGNATURE) == "https://office.example/r/" + name
    assert (
        page.address("https://o.example/?r={token}&l=de", SIGNATURE) == "https://o.example/?r=%s&l=de" % name
    )
