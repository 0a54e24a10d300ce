"""The board of the emulated charger, on either interpreter. It knows wires, and not who plays the world."""
