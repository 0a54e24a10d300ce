"""The operator's back office: takes the terminals' records over TLS, verifies and keeps them, and shows them.

It does not know how a price, a signature or a chain works; it asks the firmware's pure rooms.
"""
