"""Tests that hold the portable code against CPython's libraries and servers."""
