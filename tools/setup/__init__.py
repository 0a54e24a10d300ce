"""Makes a checkout ready to run, with nothing but a Python: the environment, PC/SC, and both MicroPythons.

It knows machines and packages, and nothing of what the project does.
"""
