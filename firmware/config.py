"""Settings of a terminal: every key with its default, unit and range; a wrong file is answered with all its
problems.

It does not know what tariffs, contracts or time zones mean: the rooms that do check those.
"""

from .errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# One line a setting: name, kind, default (- for an empty one), lowest and highest value (of texts, lists
# and tables: length) or the words. It is one text because a table of tuples would take up a small board's
# memory.
SETTINGS = """\
id                      text   required            1 36
board                   word   linux               linux bench esp32
timezone                text   UTC0                3 64
currency                text   EUR                 3 3
language                word   en                  en de fr
ledger                  text   ledger              1 240
key_file                text   terminal.key        1 240
key_retire              text   -                   0 43
tariffs                 list   -                   0 50
discounts               list   -                   0 200
contracts               list   -                   0 100000
deny                    list   -                   0 100000
meter_model             text   eastron-sdm630      1 40
meter_map               table  -                   0 20
meter_key               text   -                   0 300
meter_port              text   /dev/ttyUSB0        1 240
meter_unit              number 1                   1 247
meter_baud              number 9600                1200 115200
meter_parity            word   N                   N E O
meter_idle_ms           number 20                  0 5000
meter_timeout_ms        number 500                 20 10000
meter_tries             number 10                  1 100
meter_poll_ms           number 2000                100 60000
meter_idle_poll_ms      number 60000               1000 3600000
meter_patience_s        number 60                  5 86400
recovery_patience_s     number 86400               60 864000
resume_within_s         number 0                   0 86400
max_power_w             number 0                   0 1000000
fuse_a                  number 0                   0 1000
reader                  text   pcsc                1 240
card_order              text   rfid                3 40
card_keys               text   -                   0 240
card_issuers            text   -                   0 240
bank_cards              table  -                   0 40
panel                   text   -                   0 240
panel_rows              number 0                   0 100
panel_page_s            number 4                   1 60
plug_timeout_s          number 60                  5 3600
message_s               number 6                   1 600
receipt_s               number 60                  5 3600
tap_guard_ms            number 2000                0 60000
checkpoint_s            number 60                  1 3600
storage_reserve_bytes   number 65536               4096 1000000000
ledger_sector_bytes     number 0                   0 65536
keep_delivered_days     number 90                  1 36500
office_url              text   -                   0 240
office_ca               text   -                   0 240
receipt_url             text   -                   0 91
office_timeout_ms       number 10000               100 120000
enrol_code              text   -                   0 120
operator_key            table  -                   0 10
upload_batch            number 50                  1 1000
upload_retry_s          number 300                 1 86400
upload_idle_s           number 900                 10 86400
contactor_line          text   -                   0 80
contactor_feedback_line text   -                   0 80
plug_lines              text   -                   0 160
wifi_ssid               text   -                   0 32
wifi_password           text   -                   0 63
bench_epoch_ms          number 0                   0 1152921504606846976
bench_start_utc_s       number 0                   0 1099511627776
bench_speed             number 1                   1 1000000
bench_clock             word   synchronised        synchronised unset"""

KINDS = {
    "text": (str, "a text of %d to %d characters"),
    "number": (int, "a whole number from %d to %d"),
    "list": (list, "a list of %d to %d entries"),
    "table": (dict, "a table of %d to %d members"),
}


# No message repeats what these are given.
SECRET = ("wifi_password", "enrol_code")


class Setting:
    """One line of SETTINGS: `name`, `kind`, `type`, `default` (None: it is required), what is `allowed`."""

    __slots__ = ("allowed", "default", "kind", "name", "type")

    def __init__(self, line: str) -> None:
        self.name, self.kind, default, *allowed = line.split()
        self.type: "Any" = KINDS[self.kind][0] if self.kind in KINDS else str
        self.allowed: "list[Any]" = allowed if self.kind == "word" else [int(bound) for bound in allowed]
        self.default: "Any" = None
        if default != "required":
            self.default = self.type() if default == "-" else self.type(default)

    def expected(self) -> str:
        """Return in words what it takes."""
        if self.kind == "word":
            return "one of " + ", ".join(self.allowed)
        return KINDS[self.kind][1] % (self.allowed[0], self.allowed[1])

    def problem(self, given: "Any") -> "str | None":
        """Return what is wrong with what a document gives, or None."""
        if isinstance(given, self.type) and not isinstance(given, bool):
            if self.kind == "word":
                fits = given in self.allowed
            else:
                measure: int = given if self.type is int else len(given)
                fits = self.allowed[0] <= measure <= self.allowed[1]
            if fits:
                return None
        shown = _shown(given) if self.name not in SECRET else "what is given"
        return "%s: %s is not possible; it has to be %s" % (self.name, shown[:60], self.expected())


def _shown(given: "Any") -> str:
    """Return what a document gives in the words of its JSON, not in those of Python."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dict):
        return "a table"
    if isinstance(given, list):
        return "a list of %d entries" % len(given)
    return "null" if given is None else repr(given)


def settings() -> "Iterator[Setting]":
    """Yield every setting that there is."""
    for line in SETTINGS.split("\n"):
        yield Setting(line)


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
    for setting in settings():
        given = document.get(setting.name, setting.default)
        if setting.name not in document:
            if given is None:
                problems.append("%s: missing; it has to be %s" % (setting.name, setting.expected()))
        else:
            problem = setting.problem(given)
            if problem:
                problems.append(problem)
                given = setting.default
        if given is None:
            given = ""
        setattr(config, setting.name, list(given) if setting.type is list else given)
    return config, problems


def unknown_keys(document: "dict[str, Any]") -> "list[str]":
    """Return a problem for each key that is no setting, with the nearest name where one is near."""
    known = [setting.name for setting in settings()]
    problems = []
    for key in sorted(document):
        if key not in known:
            near = [name for name in known if alike(name, key)]
            hint = "; did you mean %s?" % near[0] if near else "; remove it"
            problems.append("%s: no such setting%s" % (key, hint))
    return problems


def alike(name: str, key: str) -> bool:
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
