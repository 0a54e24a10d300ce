"""The board of an ESP32 with MicroPython. It knows no Linux."""
