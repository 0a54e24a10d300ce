"""Who has which card in a story, and what a terminal knows of them.

It does not know what they do.
"""

from emulator.models.prng import Prng

CARDS = {
    "alice": {"kind": "rfid", "uid": "04A1B2C3D4E580"},
    "bob": {"kind": "rfid", "uid": "CAFE1234"},
    "stolen": {"kind": "rfid", "uid": "11223344"},
    "unknown": {"kind": "desfire", "uid": "04112233445566"},
    "phone": {"kind": "emv", "pan": "4761739001010119", "expires": "2031-12"},
}
DORA = {"kind": "desfire", "uid": "04D0DA00D0DA80"}
OTHER_DORA = {"kind": "desfire", "uid": "040E7A000E7A80"}
VERA = {"kind": "vde", "uid": "04BE7A00BE7A80", "subject": "DE-KTP-C00004-K"}
# Certificates take their time: one story in so many has them.
CERTIFICATES_EVERY = 4
LIMIT_MINOR = 900


def cards(seed: int) -> dict[str, dict]:
    """Return the cards of a seed's story: known by their UID, two that prove themselves, their copies."""
    shown = Prng(seed, "dora's card").choice(("genuine", "hidden"))
    made = {
        **CARDS,
        "dora": {**DORA, "secure": shown},
        "dora's copy": {"kind": "rfid", "uid": DORA["uid"]},
        "dora's clone": {**DORA, "secure": "clone"},
    }
    if has_certificates(seed):
        forged = Prng(seed, "forgery").choice(("forged", "foreign", "expired", "truncated", "trailing"))
        return {
            **made,
            "vera": VERA,
            "vera's clone": {**VERA, "secure": "clone"},
            "vera's forgery": {**VERA, "secure": forged},
        }
    return {
        **made,
        "vera": {**OTHER_DORA, "secure": "genuine"},
        "vera's clone": {**OTHER_DORA, "secure": "clone"},
        "vera's forgery": {"kind": "rfid", "uid": OTHER_DORA["uid"]},
    }


def has_certificates(seed: int) -> bool:
    """Return whether one of a story's cards has a certificate."""
    return Prng(seed, "certificates").chance(1, CERTIFICATES_EVERY)


def known(seed: int) -> dict:
    """Return what the terminal of a seed's story knows of cards."""
    is_named = has_certificates(seed)
    vera = "CN=" + VERA["subject"] if is_named else OTHER_DORA["uid"]
    return {
        "card_order": "desfire vde rfid" if is_named else "desfire rfid",
        "contracts": [
            {"contract": "DE-KTP-C00001-K", "uid": CARDS["alice"]["uid"], "tariff": "day"},
            _contract("DE-KTP-C00002-K", CARDS["bob"]["uid"], limit_minor=LIMIT_MINOR),
            _contract("DE-KTP-C00003-K", DORA["uid"], limit_minor=LIMIT_MINOR, level="SECURE"),
            _contract("DE-KTP-C00004-K", vera, level="SECURE"),
        ],
        "deny": [CARDS["stolen"]["uid"]],
    }


def _contract(contract: str, uid: str, **terms: object) -> dict:
    return {"contract": contract, "uid": uid, "tariff": "day", **terms}


def taking_part(seed: int, timeline: list[tuple]) -> list[tuple]:
    """Return what drivers do, where one of them has a card of those that prove themselves."""
    bob = Prng(seed, "bob's card").choice(("bob", "dora", "vera"))
    return [(*rest, bob if argument == "bob" else argument) for *rest, argument in timeline]
