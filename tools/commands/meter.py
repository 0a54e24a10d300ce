"""`kilotap meter`: finds, reads, watches, records and exchanges energy meters.

It does not know any of these commands; each has a file beside this one.
"""

import click

from tools.commands import meter_capture, meter_exchange, meter_models, meter_reading, meter_scan
from tools.commands.examples import ExampledGroup

EXAMPLES = """\b
Examples:
  kilotap meter models
  kilotap meter models abb-b23
  kilotap meter models abb-b23 --json > acme-m1.json
  kilotap meter scan --port /dev/ttyUSB0
  kilotap meter read --model eastron-sdm630 --port /dev/ttyUSB0 --unit 1 --json
  kilotap meter read --model abb-b23 --port tcp://192.0.2.7:502
  kilotap meter watch --model acme-m1.json --port /dev/ttyUSB0 --fuse 32
  kilotap meter watch --config /etc/kilotap/terminal.json --count 10
  kilotap meter record --model abb-b23 --port /dev/ttyUSB0 --out abb.capture --count 100
  kilotap meter play abb.capture --model abb-b23 --json
  kilotap meter replace --config /etc/kilotap/terminal.json

\b
A model is a name of `kilotap meter models`, or a JSON file with a register map of
your own (docs/meters.md). A port is a device, or tcp://HOST:PORT for Modbus TCP.
With --config a terminal's settings stand for what is not given: meter_model or
meter_map, meter_port, meter_unit, meter_baud, meter_parity, meter_timeout_ms,
meter_idle_ms and fuse_a. Stop the terminal first: a serial line has one master.
"""


@click.group(cls=ExampledGroup, epilog=EXAMPLES)
def meter() -> None:
    """Find, read, watch, record and exchange energy meters."""


for each in (
    meter_models.known,
    meter_scan.scan,
    meter_reading.read,
    meter_reading.watch,
    meter_capture.record,
    meter_capture.play,
    meter_exchange.replace,
):
    meter.add_command(each)
