"""What a terminal's configuration says of its meter, for commands that speak with that one.

It judges what it takes and nothing else: a meter is read before the rest of a terminal is settled.
"""

from dataclasses import dataclass
from typing import Any

from firmware import config as settings
from firmware.crypto import jsontext
from firmware.errors import ConfigError, CryptoError
from firmware.metering import models
from firmware.metering.models import Model
from firmware.terminal import checking
from tools import inputs

# As many bytes as are parsed.
MOST_BYTES = 1_000_000
# The settings that are options of commands, too, and what they are called there.
OPTIONS = {
    "meter_port": "port",
    "meter_unit": "unit",
    "meter_baud": "baud",
    "meter_parity": "parity",
    "meter_timeout_ms": "timeout_ms",
    "meter_idle_ms": "idle_ms",
    "fuse_a": "fuse_a",
}
TAKEN = (*OPTIONS, "meter_model", "meter_map", "board")


@dataclass
class Configured:
    """The meter's model, and values of options by their names; no `port` where it is on the board itself."""

    path: str
    model: Model
    options: dict[str, Any]
    board: str
    port: str


def read(path: str) -> Configured:
    """Return what a configuration file says of its meter. Raises ConfigError: the file, and each field."""
    try:
        document = jsontext.parse(inputs.read(path, MOST_BYTES))
    except CryptoError as error:
        raise ConfigError([f"{path}: the configuration is not readable: {error}"]) from error
    if not isinstance(document, dict):
        raise ConfigError([f"{path}: the configuration has to be one JSON object"])
    ours = {key: given for key, given in document.items() if _is_ours(key)}
    config: Any
    # What else a terminal needs is nothing to a meter.
    config, problems = settings.survey({"id": "any", **ours})
    problems += checking.meter_problems(config)
    if problems:
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    options = {option: getattr(config, name) for name, option in OPTIONS.items()}
    if not config.fuse_a:
        del options["fuse_a"]
    if config.board == "esp32":
        # It is a UART of that board.
        del options["port"]
    model = models.find(config.meter_model, config.meter_map or None)
    return Configured(path, model, options, config.board, config.meter_port)


def _is_ours(key: str) -> bool:
    """Return whether a key is a setting that is taken, or may be meant for one."""
    known = [setting.name for setting in settings.settings()]
    return key in TAKEN or key not in known and any(settings.alike(name, key) for name in TAKEN)
