"""Our Modbus and our floats against pymodbus and struct."""
