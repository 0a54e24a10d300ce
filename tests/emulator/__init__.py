"""Tests of the world around a terminal: models, simulation, bench and scenarios."""
