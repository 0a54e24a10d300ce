"""The kinds of records that are receipts; it knows nothing else."""

from firmware.receipts import correction

RECEIPT = "session.ended"
CORRECTIONS = (correction.CANCELLED, correction.CORRECTED)
RECEIPT_KINDS = (RECEIPT, *CORRECTIONS)
