"""The operator's orders to terminals: made, kept, signed when a terminal asks, and followed in its records.

It does not know what a terminal makes of one; that is firmware/terminal/orders.py, and its records tell.
"""
