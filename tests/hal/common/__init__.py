"""Tests of what boards are built from."""
