"""Names the version of the firmware, as records and receipts carry it.

It does not know what changed; CHANGELOG.md does.
"""

FIRMWARE = "0.1.0"
