"""The terminal, portable: what a tap, a meter and a tariff become.

It knows no hardware: ports are handed in.
"""
