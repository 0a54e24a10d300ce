"""Tests of the bench: real wires, real processes, real time."""
