"""Portable tests of Modbus, register maps and plausibility."""
