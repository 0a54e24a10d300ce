"""What technicians do with a meter on its line: find it, read it, watch it, record it, exchange it.

It refuses to know registers: those are the firmware's, as are the frames.
"""
