"""The board of a Raspberry Pi, or any Linux with CPython. It knows no ESP32 and nothing emulated."""
