"""Tests of firmware/pricing that run on every interpreter.

They know no other room but crypto, whose reader gives tariffs their exact numbers.
"""
