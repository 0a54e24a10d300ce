"""The tests, in the same rooms as what they test; portable ones run on every interpreter.

It knows every room, and no room knows it.
"""
