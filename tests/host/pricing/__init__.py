"""Tests of firmware/pricing against the libraries of CPython: fractions, zoneinfo.

They know no other interpreter.
"""
