"""Portable tests of the world around a terminal."""
