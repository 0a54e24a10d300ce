"""The soak: years of terminals' lives out of one seed, with faults, and every promise checked at every step.

It refuses to know how the terminal keeps its promises.
"""
