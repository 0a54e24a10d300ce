"""What a terminal seals for a payment gateway, opened by a library that others wrote."""

import json

from joserfc import jwe
from joserfc.jwk import ECKey

from emulator.models import bank
from firmware.cards import tlv
from firmware.crypto import jose, p256
from tests.emulator.simulation.bank_cards import PAN, card, charge, of_kind, told


def test_joserfc_opens_what_a_session_tells_of_its_card():
    _receipts, records, _result = told(charge("visa"), {"visa": card()})
    (started,) = of_kind(records, "session.started")
    public = jose.jwk(p256.public_key(bank.GATEWAY_PRIVATE))
    key = ECKey.import_key({**public, "d": jose.b64url(bank.GATEWAY_PRIVATE)})
    algorithms = ["ECDH-ES", "A128CBC-HS256"]
    opened = jwe.decrypt_compact(started["card_data"], key, algorithms=algorithms)
    assert opened.protected["kid"] == bank.GATEWAY_KID
    told_card = json.loads(opened.plaintext)
    objects = dict(tlv.objects(bytes.fromhex(told_card["emv"])))
    assert objects[0x5A].hex() == PAN
