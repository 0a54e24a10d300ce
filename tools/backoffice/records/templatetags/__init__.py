"""Filters that templates of records use."""
