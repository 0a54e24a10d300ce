"""Portable tests of journal, chain, checkpoint and outbox."""
