"""The emulated charger on real wires, in real or scaled time, with the terminal as a separate process.

It does not know how the terminal decides anything; it sees what a driver, a meter and a network would see.
"""
