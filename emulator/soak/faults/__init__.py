"""What can go wrong around a terminal, one file each; `standard.py` lists them.

Each knows the words in which a scenario tells it, and not what the terminal does about it: `episode(prng)`
returns steps `(seconds after the one before, action, argument)` that break something and mend it again.
"""
