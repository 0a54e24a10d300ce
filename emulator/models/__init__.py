"""The world around a terminal as plain objects: meter, vehicle, cards, disk, link.

They know no I/O and no time of their own.
"""
