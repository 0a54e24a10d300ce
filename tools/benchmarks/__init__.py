"""Measures the project against yardsticks; docs/benchmarks.md holds what came out.

It does not know how a figure is shown. No benchmark is a test with a time limit.
"""
