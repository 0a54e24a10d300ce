"""Portable tests of the terminal's rooms; they run on every interpreter."""
