"""Money held, captured, released, given back.

It refuses to know card numbers; so far it only names the room.
"""
