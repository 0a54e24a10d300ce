"""How much energy: Modbus, register maps as data, readings. It refuses to know wires: bytes in, values out."""
