"""Lists what a scenario file may hold: every table with its keys, their checks and their defaults.

It does not know how the file is read, nor what a key brings about.
"""

from emulator import story_values as values
from emulator.models import card_issuer, decay, emv, vde
from emulator.models.meter import FAULTS

NEEDED = object()
LARGE = 10**9

# Each field: name, check, default; NEEDED where there is none, None where the field may be absent.
TOP: tuple = (
    ("title", values.text(1, 200), NEEDED),
    ("start", values.moment, NEEDED),
    ("seed", values.whole(0), 1),
    ("speed", values.whole(1, 100_000), 600),
    ("terminal", values.table, {}),
    ("meter", values.table, {}),
    ("vehicle", values.table, {}),
    ("tariff", values.tables, []),
    ("card", values.tables, []),
    ("contract", values.tables, []),
    ("deny", values.tables, []),
    ("step", values.tables, NEEDED),
)
METER = (
    ("model", values.text(1, 40), "eastron-sdm630"),
    ("serial", values.text(1, 20), "21110042"),
    ("register_wh", values.whole(0, 10**12), 0),
)
VEHICLE = (
    ("power_w", values.whole(0, 1_000_000), 11_000),
    ("battery_wh", values.whole(0, LARGE), 60_000),
)
TARIFF = (("file", values.text(1, 500), NEEDED),)
CARD = (
    ("name", values.text(1, 40), NEEDED),
    ("kind", values.word("rfid", "desfire", "emv", "vde"), NEEDED),
    ("uid", values.uid, None),
    ("pan", values.pan, None),
    ("expires", values.month, None),
    ("secure", values.word(*dict.fromkeys(card_issuer.KINDS + vde.KINDS)), None),
    ("subject", values.common_name, None),
    ("proof", values.word(*emv.METHODS), None),
    ("behaves", values.word(*emv.BEHAVIOURS), None),
    ("languages", values.languages, None),
    ("slow_ms", values.whole(1, 2000), None),
)
CARD_NEEDS = {"rfid": ("uid",), "desfire": ("uid",), "vde": ("uid", "subject"), "emv": ("pan", "expires")}
# What only some kinds have, and what `secure` may say of them.
CARD_HAS = {
    "pan": ("emv",),
    "expires": ("emv",),
    "proof": ("emv",),
    "behaves": ("emv",),
    "languages": ("emv",),
    "subject": ("vde",),
}
CARD_SECURE = {"desfire": card_issuer.KINDS, "vde": vde.KINDS}
CONTRACT = (
    ("contract", values.text(1, 60), NEEDED),
    ("card", values.text(1, 40), NEEDED),
    ("tariff", values.text(1, 36), NEEDED),
    ("valid_from", values.day, None),
    ("valid_to", values.day, None),
    ("limit_minor", values.whole(1, LARGE), None),
    ("level", values.word("SECURE"), None),
    ("discounts", values.texts, None),
)
DENY = (("card", values.text(1, 40), NEEDED),)
ORDER = (
    ("tariffs", values.texts, None),
    ("contracts", values.tables, None),
    ("deny", values.texts, None),
    ("time", values.flag, None),
    ("commands", values.tables, None),
    # Not the operator's, though it says so: what of it is wrong. Simulation only.
    ("forged", values.word("signature", "nonce", "terminal", "serial", "form"), None),
)
COMMAND = (
    ("command", values.word("cancel", "correct"), NEEDED),
    ("receipt", values.text(1, 60), NEEDED),
    ("reason", values.text(1, 200), NEEDED),
    # A file, of what corrects a receipt alone.
    ("bill", values.text(1, 500), None),
)
METER_EXCHANGE = (
    ("serial", values.text(1, 20), NEEDED),
    ("register_wh", values.whole(0, 10**12), 0),
)
BRUSH = (
    ("card", values.text(1, 40), NEEDED),
    ("at", values.whole(1, 1000), NEEDED),
    ("then", values.text(1, 40), None),
    ("unseen", values.flag, None),
)
# The last three stand between link and office: requests that come again, answers of before, or too large.
LINKS = ("up", "down", "slow", "loses_answers", "corrupts", "stalls", "repeats", "replays", "claims")
ACTIONS = (
    ("tap", values.name_or_names, None),
    ("hold", values.text(0, 40), None),
    ("brush", values.name_or_table, None),
    ("plug", values.flag, None),
    ("vehicle_power_w", values.whole(0, 1_000_000), None),
    (
        "meter_fault",
        values.word(*FAULTS),
        None,
    ),
    ("meter_exchange", values.table, None),
    ("link", values.word(*LINKS), None),
    ("office", values.word("restart", "backup", "restore"), None),
    ("power", values.word("cut", "on", "flicker"), None),
    ("cut_at_write", values.whole(1, LARGE), None),
    ("damage", values.word(*decay.KINDS), None),
    ("clock", values.clock, None),
    ("button", values.word("stop", "language"), None),
    ("contactor_fault", values.word("none", "welded", "stuck_open"), None),
    ("storage_free_bytes", values.whole(0, LARGE), None),
    ("key_retire", values.flag, None),
    ("order", values.table, None),
    ("wait", values.word("idle", "charging", "uploaded"), None),
)
STEP = (("after_s", values.seconds_as_ms, 0),) + ACTIONS
ACTION_NAMES = tuple(action[0] for action in ACTIONS)
