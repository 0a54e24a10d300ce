"""Tests of what people run beside the terminal."""
