"""Bank cards and phones that pay (EMV contactless), for recognition, test cards and closed loops.

No money of a scheme is cleared without its certified kernel. It refuses to know contracts and prices.
"""
