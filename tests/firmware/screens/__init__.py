"""Tests of firmware/screens that run on every interpreter.

They know no display.
"""
