"""Boards: the contracts (ports.py) and one folder a board. They know wires and systems, never money."""
