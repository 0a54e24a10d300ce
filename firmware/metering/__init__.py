"""How much energy: Modbus, register maps as data. It refuses to know wires: bytes in, readings out."""
