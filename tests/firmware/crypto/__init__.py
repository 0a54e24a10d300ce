"""Portable tests of canonical bytes, P-256 and JOSE."""
