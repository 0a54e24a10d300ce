"""Tests of firmware/access that run on every interpreter.

They know no session and no storage.
"""
