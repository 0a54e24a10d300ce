"""Screens held against libraries that draw and read."""
