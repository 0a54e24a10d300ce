"""The simulation: one process, virtual time, one seed. It refuses to know real wires, real time and real
randomness.
"""
