"""The web page of the emulated charger: what a driver would see and touch, in a browser on loopback.

It does not know the terminal: it shows a state that it is given and hands on what was touched.
"""
