"""Tests of what a stranger verifies."""
