"""Settings of a terminal: every key with its default, unit and range; a wrong file is answered with all its
problems.

It does not know what tariffs, contracts or time zones mean: the rooms that do check those.
"""

from .errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REQUIRED: "Any" = object()

# name, type, default, lowest and highest value (length for texts and lists) or the permitted words
SETTINGS: "tuple[tuple[Any, ...], ...]" = (
    ("id", str, REQUIRED, 1, 36),
    ("board", str, "linux", ("linux", "bench", "esp32")),
    ("timezone", str, "UTC0", 3, 64),
    ("currency", str, "EUR", 3, 3),
    ("language", str, "en", ("en", "de", "fr")),
    ("ledger", str, "ledger", 1, 240),
    ("key_file", str, "terminal.key", 1, 240),
    ("tariffs", list, (), 0, 50),
    ("contracts", list, (), 0, 100000),
    ("deny", list, (), 0, 100000),
    ("meter_model", str, "eastron-sdm630", 1, 40),
    ("meter_port", str, "/dev/ttyUSB0", 1, 240),
    ("meter_unit", int, 1, 1, 247),
    ("meter_baud", int, 9600, 1200, 115200),
    ("meter_parity", str, "N", ("N", "E", "O")),
    ("meter_idle_ms", int, 20, 0, 5000),
    ("meter_timeout_ms", int, 500, 20, 10000),
    ("meter_tries", int, 10, 1, 100),
    ("meter_poll_ms", int, 2000, 100, 60000),
    ("meter_idle_poll_ms", int, 60000, 1000, 3600000),
    ("meter_patience_s", int, 60, 0, 86400),
    ("max_power_w", int, 44000, 1000, 1000000),
    ("reader", str, "pcsc", 1, 240),
    ("panel", str, "", 0, 240),
    ("plug_timeout_s", int, 60, 5, 3600),
    ("message_s", int, 6, 1, 600),
    ("receipt_s", int, 60, 5, 3600),
    ("tap_guard_ms", int, 2000, 0, 60000),
    ("checkpoint_s", int, 60, 1, 3600),
    ("storage_reserve_bytes", int, 65536, 4096, 1000000000),
    ("office_url", str, "", 0, 240),
    ("office_ca", str, "", 0, 240),
    ("office_timeout_ms", int, 10000, 100, 120000),
    ("enrol_code", str, "", 0, 120),
    ("upload_batch", int, 50, 1, 1000),
    ("upload_retry_s", int, 300, 1, 86400),
    ("upload_idle_s", int, 900, 10, 86400),
    ("contactor_line", str, "", 0, 80),
    ("contactor_feedback_line", str, "", 0, 80),
    ("plug_lines", str, "", 0, 160),
    ("wifi_ssid", str, "", 0, 32),
    ("wifi_password", str, "", 0, 63),
    ("bench_epoch_ms", int, 0, 0, 1 << 60),
    ("bench_start_utc_s", int, 0, 0, 1 << 40),
    ("bench_speed", int, 1, 1, 1000000),
    ("bench_clock", str, "synchronised", ("synchronised", "unset")),
)

TYPE_WORDS = {str: "a text", int: "a whole number", list: "a list"}


class Config:
    """Checked settings as attributes, named as in SETTINGS."""


def from_document(document: "dict[str, Any]") -> Config:
    """Return the settings that a document holds, defaults where it is silent.

    Raises ConfigError with every problem.
    """
    config, problems = survey(document)
    if problems:
        raise ConfigError(problems)
    return config


def survey(document: "dict[str, Any]") -> "tuple[Config, list[str]]":
    """Return settings and every problem; one with a problem has its default, so that checking can go on."""
    config = Config()
    problems = unknown_keys(document)
    for setting in SETTINGS:
        name, default = setting[0], setting[2]
        given = document.get(name, default)
        if given is REQUIRED:
            problems.append("%s: missing; it has to be %s" % (name, expected(setting)))
        elif name in document:
            problem = judge(setting, given)
            if problem:
                problems.append(problem)
                given = default
        if given is REQUIRED:
            given = ""
        setattr(config, name, list(given) if setting[1] is list else given)
    return config, problems


def unknown_keys(document: "dict[str, Any]") -> "list[str]":
    """Return a problem for each key that is no setting, with the nearest name where one is near."""
    known = [setting[0] for setting in SETTINGS]
    problems = []
    for key in sorted(document):
        if key not in known:
            near = [name for name in known if _alike(name, key)]
            hint = "; did you mean %s?" % near[0] if near else "; remove it"
            problems.append("%s: no such setting%s" % (key, hint))
    return problems


def judge(setting: "tuple[Any, ...]", given: "Any") -> "str | None":
    """Return what is wrong with a given setting, or None."""
    name, kind = setting[0], setting[1]
    right_type = isinstance(given, kind) and not isinstance(given, bool)
    if right_type and isinstance(setting[3], tuple):
        fits = given in setting[3]
    elif right_type:
        fits = setting[3] <= (given if kind is int else len(given)) <= setting[4]
    if right_type and fits:
        return None
    shown = repr(given) if name not in ("wifi_password", "enrol_code") else "what is given"
    return "%s: %s is not possible; it has to be %s" % (name, shown[:60], expected(setting))


def expected(setting: "tuple[Any, ...]") -> str:
    """Return in words what a setting takes."""
    if isinstance(setting[3], tuple):
        return "one of " + ", ".join(setting[3])
    measure = (
        " from %d to %d"
        if setting[1] is int
        else " of %d to %d " + ("entries" if setting[1] is list else "characters")
    )
    return TYPE_WORDS[setting[1]] + measure % (setting[3], setting[4])


def _alike(name: str, key: str) -> bool:
    """Return whether two names differ in at most two places, so that one may be a slip for the other."""
    if abs(len(name) - len(key)) > 2:
        return False
    head = 0
    while head < min(len(name), len(key)) and name[head] == key[head]:
        head += 1
    tail = 0
    while tail < min(len(name), len(key)) - head and name[-1 - tail] == key[-1 - tail]:
        tail += 1
    return max(len(name), len(key)) - head - tail <= 2
