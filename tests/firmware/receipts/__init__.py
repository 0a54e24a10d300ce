"""Tests of firmware/receipts that run on every interpreter.

They know no ledger: a receipt is looked at before it becomes a record.
"""
