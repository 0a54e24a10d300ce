"""Tests of receipts as people keep them."""
