"""What technicians do with cards: tell what one is, show what it says, write lists alike, issue secure ones.

It refuses to know sessions and prices.
"""
