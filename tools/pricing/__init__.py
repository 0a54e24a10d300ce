"""Prices and checks tariffs for people: files in, tables and findings out.

It does not know how a price is computed; that is firmware/pricing.
"""
