"""The world around a terminal: in one process with virtual time, or over real wires.

It knows the firmware's codecs and the boards' ports; the firmware does not know it.
"""
