"""Tests of the soak: its stories, its invariants, and the mutants that prove them."""
