"""The charging session as one transition table.

It refuses to know clocks, wires and storage: events in, effects out.
"""
