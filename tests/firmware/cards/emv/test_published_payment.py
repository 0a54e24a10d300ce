"""A whole payment of a test card that is no work of ours, under a test CA key of its scheme: CDA holds.

Mastercard PayPass M/Chip, number 5413330089600044, key EF. What card and terminal said is public (it was
recorded on 2012-03-15), as is the key with its checksum.
"""

from firmware.cards.emv import authentication, authorities, reading
from tests.firmware.cards.transcript import played

AID = bytes.fromhex("a0000000041010")
AUTHORITY = {
    "rid": "a000000004",
    "index": "ef",
    "modulus": (
        "a191cb87473f29349b5d60a88b3eaee0973aa6f1a082f358d849fddff9c091f899eda9792caf09ef28f5d22404b88a22"
        "93eebbc1949c43bea4d60cfd879a1539544e09e0f09f60f065b2bf2a13ecc705f3d468b9d33ae77ad9d3f19ca40f23dc"
        "f5eb7c04dc8f69eba565b1ebcb4686cd274785530ff6f6e9ee43aa43fdb02ce00daec15c7b8fd6a9b394baba419d3f6d"
        "c85e16569be8e76989688efea2df22ff7d35c043338deaa982a02b866de5328519ebbcd6f03cdd686673847f84db651a"
        "b86c28cf1462562c577b853564a290c8556d818531268d25cc98a4cc6a0bdfffda2dcca3a94c998559e307fddf915006"
        "d9a987b07ddaeb3b"
    ),
    "exponent": "03",
    "expires": "2030-12",
    "checksum": "21766ebb0ee122afb65d7845b73db46bab65427a",
}
# What the terminal told: amounts, version, TVR, currency, date, kind, number, kind of terminal, CVM results.
VALUES = {
    0x9F02: bytes.fromhex("000000010001"),
    0x9F03: bytes(6),
    0x9F09: b"\0\2",
    0x95: bytes(5),
    0x5F2A: bytes.fromhex("0036"),
    0x9A: bytes.fromhex("120315"),
    0x9C: b"\0",
    0x9F37: bytes.fromhex("000eec85"),
    0x9F35: b"\x22",
    0x9F34: bytes.fromhex("5e0300"),
}
RECORD = (
    "7081b157115413330089600044d141220101234091725a0854133300896000445f200c455445432f504159504153535f"
    "24031412315f25030401015f280200565f3401018c219f02069f03069f090295055f2a029a039c019f37049f35019f45"
    "029f4c089f34038d0c910a8a0295059f37049f4c088e0c00000000000000005e031f039f0702ff009f080200029f0d05"
    "00000000009f0e0500000000009f0f0500000000009f420209789f4a0182df4f031234569000"
)
ISSUER_RECORD = (
    "7081fb9081f87af7c3297510e795704b4b34bb1526eb953fe7bee08dbf08dfba056aa42fc726bc03373a319ddc6197e2"
    "f5b333401ae3e4bbfc5044d245bddebea146994132d939d72e8e05cc958856dfcb33b26427812955b09f7a7a68aaab6b"
    "8326ad2929082569da040bd286f2f20a759e62683995d4b840655342c8088fa18806c2290992665a45ec16ac6fe4b0fa"
    "664fc644b7b485cd4612b2967b846a9482db7d16e9f9a3a8295ce5d2b91718180f1e86e67e8e2275eb2116e651bd91aa"
    "c49d80d6e64deb54977258465c09274dd7d232a98cd80c76458ceaaa2b0a414ee7a1b8899e6361b098307ebe5e87f31c"
    "41b0a32b248cf6da9849810c49559000"
)
KEYS_RECORD = (
    "703e8f01ef9f47030100019f32030100019f482a8f9498797b9de111bf5eb97ef1820ba654e4867f09d6bb41bcb1e4fb"
    "3e9d287abd67031918134731270792009000"
)
CARD_RECORD = (
    "7081949f4681903826d61be14e6691d03552dd9e7034150a3affb43aa8c13069483ef338aa272f0db37354f4eb768b43"
    "73d365e3973b04486f43db298e94f570ebbdd0bdf828360fcad568d975838a9340adaaf9974149436de273ae996fd842"
    "fd93966d1cd58072b0d8c2d7f60d351b4c44791d82d0dea591ec61db5d0d32367086b6a879cb9289fd27d3b0c18e1474"
    "812407697f41169000"
)
CRYPTOGRAM = (
    "7781b29f2701409f360200359f4b8190124cd68898fc0ff1b82e6033a63df03f6601ded0405be0da6a557ba101aed956"
    "63c6ee32f895f6f2c7bbac568e18643caeb9762e6c24843b4998ccc8f1e608a61c9e1914315fe84d56350b10b3694aee"
    "cb8bc30ada3db4ece331d5b7e76397bdba7763148f535b9ebfbabe772ab88c7f302fa9e3010f5191b734e82594d08752"
    "ebb329d76fbbf901f779921ce81cfbdc9f10120110904009248400000000000000000029ff9000"
)
# Two records, for magnetic stripes, were not recorded.
NOT_RECORDED = "7000" + "9000"
SCRIPT = (
    ("00a4040007a000000004101000", "6f1c8407a0000000041010a511500f505043204d434420303420207632309000"),
    ("80a8000002830000", "7716820259809410080101001001010118010200200102009000"),
    ("00b2010c00", NOT_RECORDED),
    ("00b2011400", RECORD),
    ("00b2011c00", ISSUER_RECORD),
    ("00b2021c00", NOT_RECORDED),
    ("00b2012400", KEYS_RECORD),
    ("00b2022400", CARD_RECORD),
)
# The recorded terminal asked for a TC; the kind that is asked for is no part of what is signed.
GENERATE = (
    "80ae90002b" + "000000010001" + "0" * 12 + "0002" + "0" * 10 + "0036" + "120315" + "00" + "000eec85"
)
GENERATE += "22" + "0000" + "0" * 16 + "5e0300" + "00"


def paid(values, answer=CRYPTOGRAM):
    known = authorities.Authorities([AUTHORITY])

    def dialogue():
        application = yield from reading.read(AID, values)
        proof = yield from authentication.authenticate(application, known, values, (2012, 3))
        return application, proof

    return played(dialogue(), *SCRIPT, (GENERATE, answer))


def test_the_card_proves_itself_with_its_cryptogram():
    application, proof = paid(VALUES)
    assert (proof["method"], proof["holds"], proof["why"]) == ("CDA", True, None)
    # What the signature covers, and nowhere else stands.
    assert application.objects[0x9F26].hex() == "d58b731af5885c06"
    assert application.objects[0x5F24].hex() == "141231" and application.aip.hex() == "5980"


def test_each_part_of_its_answer_counts():
    # The kind of cryptogram, the counter, the signature's first and last byte, the issuer's data.
    for at in (6, 11, 16, 159, 170):
        octets = bytearray(bytes.fromhex(CRYPTOGRAM))
        octets[at] ^= 1
        assert not paid(VALUES, octets.hex())[1]["holds"], at
